import { decisionTreeModel, decisionTreeRegressorModel } from '../../algorithms/decision-tree/model.ts'
import { forestClassifierModel, forestRegressorModel } from '../../algorithms/forest/model.ts'
import { gradientBoostingModel } from '../../algorithms/gradient-boosting/model.ts'
import { kNeighborsModel, kNeighborsRegressorModel } from '../../algorithms/k-neighbors/model.ts'
import { linearRegressionModel } from '../../algorithms/linear-regression/model.ts'
import { logisticRegressionModel } from '../../algorithms/logistic-regression/model.ts'
import { naiveBayesModel } from '../../algorithms/naive-bayes/model.ts'
import type { AlgorithmName } from '../../algorithms/names.ts'
import { networkModel } from '../../algorithms/network/model.ts'
import { svmClassifierModel, svmModel } from '../../algorithms/svm/model.ts'
import { type ClassTarget, hasClasses, type Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import { version } from '../../runtime/version.ts'
import { calibratedSvmOutput } from './calibrated-svm.ts'
import { gradientBoostingOutput, gradientBoostingPrediction } from './gradient-boosting.ts'
import { buildGraph, type Graph } from './graph.ts'
import { kNeighborsOutput, kNeighborsPrediction } from './k-neighbors.ts'
import { linearRegressionPrediction } from './linear-regression.ts'
import { logisticRegressionOutput } from './logistic-regression.ts'
import type { ModelOutput } from './model-output.ts'
import { naiveBayesOutput } from './naive-bayes.ts'
import { networkOutput, networkPrediction } from './network.ts'
import type { Pieces } from './pieces.ts'
import { inputName } from './raw-columns.ts'
import { svmOutput, svmPrediction } from './svm.ts'
import type { ElementType } from './tensor.ts'
import { treesOutput, treesPrediction } from './trees.ts'

/**
 * `model.onnx`: a model with its preparation, for any ONNX runtime.
 *
 * Inputs: one a raw column, under its name, `[N,1]`; string where the column holds text (empty: missing); where it holds
 * numbers (NaN: missing; a bool is 0 or 1), float, or double where float32 does not hold the values of training, such
 * as ids and Unix times. Outputs: `label` `[N]` in the target's own values (int64, string,
 * double or bool) and `probabilities`, float `[N,K]`; a svm without probabilities gives `decision_function` instead,
 * float `[N,K]` (`[N,1]` for two classes). A regression gives `prediction`, double `[N]`, alone. An output whose name a column already has is called `label_2` and so on;
 * the outputs' order is always this.
 *
 * All that decides a label is done in the precision of our own predictor. Probabilities and decisions are within 1e-6
 * of ours; those of a svm with three classes or more within 5e-3, since libsvm's coupling is an iteration that may stop
 * a step earlier.
 *
 * @param metadata the model's metadata_props
 * @returns the file's bytes in pieces
 * @throws JobError where the model is too large for the format.
 */
export function writeOnnx(
  {
    algorithm,
    model,
    preparation,
  }: { algorithm: AlgorithmName; model: unknown; preparation: Preparation<Task> },
  metadata: Readonly<Record<string, string>>,
): Pieces {
  const graph = buildGraph(preparation.features.map(({ name }, j) => inputName(name, j)))
  const { features, target } = preparation
  if (hasClasses(target)) addClassifier(graph, algorithm, { features, target }, model)
  else addRegressor(graph, algorithm, { features, target }, model)
  return graph.write({ producer: 'tensorfleet', version, metadata })
}

function addClassifier(
  graph: Graph,
  algorithm: AlgorithmName,
  preparation: Preparation,
  model: unknown,
): void {
  const write = outputs[algorithm]
  if (write === undefined) throw new TypeError(`${algorithm} has no classification.`)
  const output = write(graph, preparation, model)
  const classCount = preparation.target.classes.length
  const { classes, type } = classValues(graph, preparation.target)
  graph.output(graph.node('Gather', [classes, output.index]), 'label', type)
  if ('probabilities' in output) graph.output(output.probabilities, 'probabilities', 'float', classCount)
  else graph.output(output.decision, 'decision_function', 'float', classCount === 2 ? 1 : classCount)
}

function addRegressor(
  graph: Graph,
  algorithm: AlgorithmName,
  preparation: Preparation<'regression'>,
  model: unknown,
): void {
  const write = regressions[algorithm]
  if (write === undefined) throw new TypeError(`${algorithm} has no regression.`)
  const flat = graph.constant('flat', BigInt64Array.of(-1n), [1])
  const values = graph.node('Reshape', [write(graph, preparation, model), flat])
  graph.output(values, 'prediction', 'double')
}

/** Per algorithm that predicts numbers, a writer that answers the name of a double [N,1] of them. */
const regressions: Readonly<
  Partial<
    Record<AlgorithmName, (graph: Graph, preparation: Preparation<'regression'>, model: unknown) => string>
  >
> = {
  decision_tree: (graph, preparation, model) =>
    treesPrediction(graph, preparation, [decisionTreeRegressorModel.parse(model).tree]),
  random_forest: forestPrediction,
  extra_trees: forestPrediction,
  gradient_boosting: (graph, preparation, model) =>
    gradientBoostingPrediction(graph, preparation, gradientBoostingModel.parse(model)),
  linear_regression: (graph, preparation, model) =>
    linearRegressionPrediction(graph, preparation, linearRegressionModel.parse(model)),
  svm: (graph, preparation, model) => svmPrediction(graph, preparation, svmModel.parse(model)),
  k_neighbors: (graph, preparation, model) =>
    kNeighborsPrediction(graph, preparation, kNeighborsRegressorModel.parse(model)),
  dnn: (graph, preparation, model) => networkPrediction(graph, preparation, networkModel.parse(model)),
  cnn: (graph, preparation, model) => networkPrediction(graph, preparation, networkModel.parse(model)),
}

/** Per classifier, a writer of its outputs. */
const outputs: Readonly<
  Partial<Record<AlgorithmName, (graph: Graph, preparation: Preparation, model: unknown) => ModelOutput>>
> = {
  decision_tree(graph, preparation, model) {
    const { tree, classCount } = decisionTreeModel.parse(model)
    return treesOutput(graph, preparation, [tree], classCount)
  },
  random_forest: forestOutput,
  extra_trees: forestOutput,
  gradient_boosting: (graph, preparation, model) =>
    gradientBoostingOutput(graph, preparation, gradientBoostingModel.parse(model)),
  logistic_regression: (graph, preparation, model) =>
    logisticRegressionOutput(graph, preparation, logisticRegressionModel.parse(model)),
  svm: svmClassifierOutput,
  k_neighbors: (graph, preparation, model) =>
    kNeighborsOutput(graph, preparation, kNeighborsModel.parse(model)),
  naive_bayes: (graph, preparation, model) =>
    naiveBayesOutput(graph, preparation, naiveBayesModel.parse(model)),
  dnn: (graph, preparation, model) => networkOutput(graph, preparation, networkModel.parse(model)),
  cnn: (graph, preparation, model) => networkOutput(graph, preparation, networkModel.parse(model)),
}

function forestOutput(graph: Graph, preparation: Preparation, model: unknown): ModelOutput {
  const { trees, classCount } = forestClassifierModel.parse(model)
  return treesOutput(graph, preparation, trees, classCount)
}

function svmClassifierOutput(graph: Graph, preparation: Preparation, model: unknown): ModelOutput {
  const parsed = svmClassifierModel.parse(model)
  return 'members' in parsed
    ? calibratedSvmOutput(graph, preparation, parsed)
    : svmOutput(graph, preparation, parsed)
}

function forestPrediction(graph: Graph, preparation: Preparation<'regression'>, model: unknown): string {
  return treesPrediction(graph, preparation, forestRegressorModel.parse(model).trees)
}

function classValues(graph: Graph, target: ClassTarget): { classes: string; type: ElementType } {
  if (target.dtype === 'text') return { classes: graph.strings('classes', target.classes), type: 'string' }
  const { classes } = target
  const dims = [classes.length]
  switch (target.dtype) {
    case 'int':
      return { classes: graph.constant('classes', BigInt64Array.from(classes, BigInt), dims), type: 'int64' }
    case 'float':
      return { classes: graph.constant('classes', Float64Array.from(classes), dims), type: 'double' }
    case 'bool':
      return {
        classes: graph.booleans(
          'classes',
          classes.map((value) => value === 1),
        ),
        type: 'bool',
      }
  }
}
