import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { decideInBatches } from './decide.ts'
import type { SvmModel } from './model.ts'
import { couple, sigmoid } from './platt.ts'

/** Pairwise probabilities are kept this far from 0 and 1. */
const MIN_PROBABILITY = 1e-7

/**
 * The class with the most one-vs-one votes (the first of equals, or the one with the larger decision where the
 * model breaks ties), scikit-learn's one-vs-rest decision function, and the probabilities of a model that has them.
 */
export function predictMachine(
  model: SvmModel,
  features: Matrix,
): Prediction & { readonly decision: Float64Array } {
  const { classCount, platt } = model
  const { rows } = features
  const pairs = (classCount * (classCount - 1)) / 2
  const classes = new Int32Array(rows)
  const decision = new Float64Array(classCount === 2 ? rows : rows * classCount)
  const probabilities = platt && new Float64Array(rows * classCount)
  const votes = new Float64Array(classCount)
  const confidences = new Float64Array(classCount)
  const likelier = platt && new Float64Array(classCount * classCount)

  /** @param pairwise the row's values, one per pair of classes */
  function decideRow(r: number, pairwise: Float64Array): void {
    votes.fill(0)
    confidences.fill(0)
    for (let i = 0, pair = 0; i < classCount; i++) {
      for (let j = i + 1; j < classCount; j++, pair++) {
        const value = pairwise[pair]
        votes[value > 0 ? i : j]++
        confidences[i] += value
        confidences[j] -= value
      }
    }
    classes[r] = argmax(votes)
    if (classCount === 2) {
      decision[r] = -pairwise[0]
      return
    }
    // A row that a pair's boundary cuts exactly counts for the first class here, for the second in the votes.
    for (let i = 0, pair = 0; i < classCount; i++) {
      for (let j = i + 1; j < classCount; j++, pair++) {
        if (pairwise[pair] !== 0) continue
        votes[i]++
        votes[j]--
      }
    }
    for (let k = 0; k < classCount; k++) {
      decision[r * classCount + k] = votes[k] + confidences[k] / (3 * (Math.abs(confidences[k]) + 1))
    }
    if (model.breakTies) classes[r] = argmax(decision.subarray(r * classCount, (r + 1) * classCount))
  }

  decideInBatches(model, features, (decisions, first) => {
    for (let k = 0; k * pairs < decisions.length; k++) {
      const pairwise = decisions.subarray(k * pairs, (k + 1) * pairs)
      decideRow(first + k, pairwise)
      if (platt && probabilities && likelier) {
        fillLikelier(pairwise, platt, classCount, likelier)
        couple(likelier, classCount, probabilities, (first + k) * classCount)
      }
    }
  })
  return probabilities ? { classes, decision, probabilities } : { classes, decision }
}

/** Of each pair of classes, how likely the one is if it is one of the two: row i, column j for class i. */
function fillLikelier(
  pairwise: Float64Array,
  platt: NonNullable<SvmModel['platt']>,
  classCount: number,
  likelier: Float64Array,
): void {
  for (let i = 0, pair = 0; i < classCount; i++) {
    for (let j = i + 1; j < classCount; j++, pair++) {
      const p = sigmoid(pairwise[pair], platt.a[pair], platt.b[pair])
      const kept = Math.min(Math.max(p, MIN_PROBABILITY), 1 - MIN_PROBABILITY)
      likelier[i * classCount + j] = kept
      likelier[j * classCount + i] = 1 - kept
    }
  }
}

/** The position of the largest value, the first of equals. */
export function argmax(values: Float64Array): number {
  let best = 0
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k
  return best
}
