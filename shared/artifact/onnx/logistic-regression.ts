import type { LogisticRegressionModel } from '../../algorithms/logistic-regression/model.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { scaledColumns } from './raw-columns.ts'
import { elementType } from './tensor.ts'

/** Scores, their link and the first class of the maximum score, in double precision. */
export function logisticRegressionOutput(
  graph: Graph,
  preparation: Preparation,
  model: LogisticRegressionModel,
): ModelOutput {
  const scoreCount = model.intercepts.length
  const scores = graph.node(
    'Gemm',
    [
      scaledColumns(graph, preparation),
      graph.constant('coefficients', model.coefficients, [scoreCount, model.featureCount]),
      graph.constant('intercepts', model.intercepts, [scoreCount]),
    ],
    { transB: 1 },
  )
  const toFloat = (value: string) => graph.node('Cast', [value], { to: elementType('float') })
  if (scoreCount === 1) {
    const zero = graph.constant('zero', Float64Array.of(0), [1, 1])
    const both = graph.node('Concat', [graph.node('Neg', [scores]), scores], { axis: 1 })
    const above = graph.node('Cast', [graph.node('Greater', [scores, zero])], { to: elementType('int64') })
    return {
      index: graph.node('Reshape', [above, graph.constant('flat', BigInt64Array.of(-1n), [1])]),
      probabilities: toFloat(graph.node('Sigmoid', [both])),
    }
  }
  const index = graph.node('ArgMax', [scores], { axis: 1, keepdims: 0 })
  if (model.link === 'softmax') {
    return { index, probabilities: toFloat(graph.node('Softmax', [scores], { axis: 1 })) }
  }
  const single = graph.node('Sigmoid', [scores])
  const axis = graph.constant('axis', BigInt64Array.of(1n), [1])
  const sums = graph.node('ReduceSum', [single, axis])
  return { index, probabilities: toFloat(graph.node('Div', [single, sums])) }
}
