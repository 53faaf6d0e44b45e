/** What an algorithm's part of the graph gives: names of values. */
export type Head =
  | {
      /** int64 `[N]`: the place of the predicted class. */
      readonly index: string
      /** float `[N,K]`. */
      readonly probabilities: string
    }
  | {
      readonly index: string
      /** float `[N,K]` (`[N,1]` for two classes): scikit-learn's decision function, of a svm without probabilities. */
      readonly decision: string
    }
