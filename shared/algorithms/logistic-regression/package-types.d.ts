declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix'

  export default class LogisticRegression {
    constructor(options?: { numSteps?: number; learningRate?: number })
    /** One classifier per class, whose weights (1 x features) score what is not of the class. */
    readonly classifiers: readonly { readonly weights: Matrix }[]
    train(features: Matrix, classes: Matrix): void
    predict(features: Matrix): number[]
  }
}
