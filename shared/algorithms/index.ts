/** The list of the algorithms. What is loaded with it is light: the code of a fit or a prediction comes on demand. */
import { cnn } from './cnn/descriptor.ts'
import { decisionTree } from './decision-tree/descriptor.ts'
import type { AlgorithmDescriptor, Restored } from './descriptor.ts'
import { dnn } from './dnn/descriptor.ts'
import { gradientBoosting } from './gradient-boosting/descriptor.ts'
import { logisticRegression } from './logistic-regression/descriptor.ts'
import type { AlgorithmName } from './names.ts'
import { randomForest } from './random-forest/descriptor.ts'
import { svm } from './svm/descriptor.ts'

export const algorithms: { readonly [Name in AlgorithmName]: AlgorithmDescriptor<Name> } = {
  random_forest: randomForest,
  decision_tree: decisionTree,
  gradient_boosting: gradientBoosting,
  logistic_regression: logisticRegression,
  svm,
  dnn,
  cnn,
}

/** A stored model, checked, ready to predict. Throws JobError when it does not have the algorithm's form. */
export async function restoreModel(algorithm: AlgorithmName, model: unknown): Promise<Restored> {
  return algorithms[algorithm].restore(model)
}
