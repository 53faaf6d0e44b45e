import type { TrainingData } from '../algorithm.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import type { Tree } from '../trees/model.ts'
import { mostProbable } from '../trees/most-probable.ts'
import { drawRows, type Sampling } from './bootstrap.ts'

/**
 * scikit-learn's `oob_score_`: the accuracy on the training rows, each predicted by the trees that did not draw it.
 * `unseen` counts the rows that every tree has drawn.
 */
export function outOfBagScore(
  { features, target, classCount }: TrainingData,
  sampling: Sampling,
  seeds: Float64Array,
  trees: readonly Tree[],
): { score: number; unseen: number } {
  const sums = new Float64Array(features.rows * classCount)
  const votes = new Int32Array(features.rows)
  seeds.forEach((seed, index) => {
    const counts = drawRows(seed, features.rows, sampling)
    const values = sumLeafValues(trees, features, classCount, index)
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] > 0) continue
      votes[i]++
      for (let k = 0; k < classCount; k++) sums[i * classCount + k] += values[i * classCount + k]
    }
  })
  // The division can round two different sums to one probability, which decides between their classes.
  const probabilities = sums.map((sum, v) => sum / Math.max(1, votes[Math.floor(v / classCount)]))
  const predicted = mostProbable(probabilities, classCount)
  const right = predicted.reduce((count, k, i) => count + (k === target[i] ? 1 : 0), 0)
  return { score: right / target.length, unseen: votes.reduce((n, count) => n + (count === 0 ? 1 : 0), 0) }
}
