/** What a model must be better than: predictions that look at no feature. */

import { pairwiseSum } from '../data/pairwise-sum.ts'
import type { AnyPrepared } from '../data/prepare.ts'
import { type ScorerName, scoreClasses, scoreNumbers } from './scorers.ts'

/**
 * The score on the test rows of what scikit-learn's `DummyClassifier(strategy="most_frequent")` or `DummyRegressor()`
 * predicts: the most frequent class of the training rows (of equally frequent ones the first), or their mean.
 */
export function baselineScore(metric: ScorerName, { task, train, test }: AnyPrepared): number {
  const count = test.target.length
  if (task === 'regression') {
    const mean = pairwiseSum(Float64Array.from(train.target)) / train.target.length
    const values = new Float64Array(count).fill(mean)
    return scoreNumbers(metric, { values, actual: Float64Array.from(test.target) })
  }
  const actual = Int32Array.from(test.target)
  return scoreClasses(metric, { classes: new Int32Array(count).fill(mostFrequent(train.target)), actual })
}

function mostFrequent(classes: Iterable<number>): number {
  const counts: number[] = []
  for (const k of classes) counts[k] = (counts[k] ?? 0) + 1
  let best = 0
  for (let k = 1; k < counts.length; k++) if ((counts[k] ?? 0) > (counts[best] ?? 0)) best = k
  return best
}
