import { pairwiseSum } from '../../data/pairwise-sum.ts'
import { randomState } from '../../data/random.ts'
import { balancedWeights } from '../class-weights.ts'
import { type CountOrShare, isShare } from '../count-or-share.ts'

/** How the rows of each tree are drawn and weighted. */
export type Sampling = {
  readonly bootstrap: boolean
  /** Rows drawn for a tree. */
  readonly draws: number
  /**
   * Weight per row, its own times that of its class; absent: 1. With `bootstrap` it is the chance of a row to be drawn, without it
   * is the row's weight in every tree.
   */
  readonly rowWeights?: Float64Array
  /** The classes that each tree weighs by what was drawn for it; absent: it does not. */
  readonly balancedSubsample?: { readonly target: Int32Array; readonly classCount: number }
}

/** How many rows are drawn for a tree: scikit-learn's `max_samples`. */
export function drawCount(maxSamples: CountOrShare | null, rows: number, rowWeights?: Float64Array): number {
  if (maxSamples === null) return rows
  if (!isShare(maxSamples)) return Number(maxSamples)
  const weight = rowWeights === undefined ? rows : pairwiseSum(rowWeights)
  return Math.max(1, Math.floor(Number(maxSamples) * weight))
}

/** Per row, how often it is drawn for the tree with this seed. */
export function drawRows(seed: number, rows: number, sampling: Sampling): Int32Array {
  const random = randomState(seed)
  const counts = new Int32Array(rows)
  if (sampling.rowWeights === undefined) {
    for (let draw = 0; draw < sampling.draws; draw++) counts[random.randint(rows)]++
    return counts
  }
  // numpy's choice(rows, draws, p=weights / sum): the draw is sought in the cumulated shares.
  const sum = pairwiseSum(sampling.rowWeights)
  const cumulated = sampling.rowWeights.map((weight) => weight / sum)
  for (let i = 1; i < rows; i++) cumulated[i] += cumulated[i - 1]
  const last = cumulated[rows - 1]
  for (let i = 0; i < rows; i++) cumulated[i] /= last
  for (let draw = 0; draw < sampling.draws; draw++) counts[firstAbove(cumulated, random.double())]++
  return counts
}

function firstAbove(sorted: Float64Array, wanted: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle] <= wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Per row, its weight in the tree with this seed. */
export function treeWeights(seed: number, rows: number, sampling: Sampling): Float64Array {
  const { bootstrap, rowWeights, balancedSubsample } = sampling
  if (!bootstrap) return rowWeights ?? new Float64Array(rows).fill(1)
  const counts = drawRows(seed, rows, sampling)
  const weights = Float64Array.from(counts)
  if (balancedSubsample !== undefined) {
    const { target, classCount } = balancedSubsample
    const drawn = new Float64Array(classCount)
    for (let i = 0; i < rows; i++) drawn[target[i]] += counts[i]
    const perClass = balancedWeights(drawn)
    for (let i = 0; i < rows; i++) weights[i] *= perClass[target[i]]
  }
  return weights
}
