/** The outputs of an algorithm's part of the graph, as names of values in it. */
export type ModelOutput =
  | {
      /** int64 `[N]`: the index of the predicted class. */
      readonly index: string
      /** float `[N,K]`. */
      readonly probabilities: string
    }
  | {
      readonly index: string
      /** float `[N,K]` (`[N,1]` for two classes): scikit-learn's decision function, of a svm without probabilities. */
      readonly decision: string
    }
