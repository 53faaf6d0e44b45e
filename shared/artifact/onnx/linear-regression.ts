import type { LinearRegressionModel } from '../../algorithms/linear-regression/model.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import type { Graph } from './graph.ts'
import { scaledColumns } from './raw-columns.ts'

/** The predicted numbers, double `[N, 1]`. A Gemm: ai.onnx.ml's LinearRegressor works in single precision. */
export function linearRegressionPrediction(
  graph: Graph,
  preparation: Preparation<Task>,
  { featureCount, coefficients, intercept }: LinearRegressionModel,
): string {
  return graph.node('Gemm', [
    scaledColumns(graph, preparation),
    graph.constant('coefficients', coefficients, [featureCount, 1]),
    graph.constant('intercept', Float64Array.of(intercept), [1]),
  ])
}
