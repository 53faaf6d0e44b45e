import { BLOCK_ROWS, STRIPE } from './block'
import { addOne, gradientBlock } from './gradient'
import { binomialBlock, multinomialBlock } from './loss'
import { scoreBlock } from './scores'

/** Rows and coefficients in memory, for the loss. */
@unmanaged
export class LossInput {
  rows: i32
  /** Of a row, padded by zeros to a multiple of 4. */
  features: i32
  /** One per class, or 1 for two classes. */
  scores: i32
  /** f64: the blocks of features. */
  x: usize
  /** i32: each row's class. */
  target: usize
  /** f64: each row's weight, or 0 for none. */
  weights: usize
  coefficients: usize
}

/**
 * Loss and gradient, summed over the rows of the blocks first … last-1.
 *
 * @param out the loss, then the gradient; @param scratch room for (scores + 2) * 256 doubles
 */
export function accumulate(input: LossInput, first: i32, last: i32, out: usize, scratch: usize): void {
  const x = input.x
  const target = input.target
  const rows = input.rows
  const features = input.features
  const scores = input.scores
  const weights = input.weights
  const coefficients = input.coefficients
  const parameters = (features + 1) * scores
  memory.fill(out, 0, (<usize>(parameters + 1)) << 3)
  const gradient = out + 8
  const intercepts = gradient + ((<usize>(features * scores)) << 3)
  const spare = scratch + <usize>scores * STRIPE
  let loss: f64 = 0
  for (let b = first; b < last; b++) {
    const block = x + <usize>b * <usize>features * STRIPE
    const count = min(rows - b * BLOCK_ROWS, BLOCK_ROWS)
    const padded = (count + 7) & ~7
    const classes = target + ((<usize>(b * BLOCK_ROWS)) << 2)
    const rowWeights = weights ? weights + ((<usize>(b * BLOCK_ROWS)) << 3) : 0
    scoreBlock(block, STRIPE, padded, features, scores, coefficients, scratch)
    loss +=
      scores == 1
        ? binomialBlock(count, classes, rowWeights, scratch, spare)
        : multinomialBlock(count, scores, classes, rowWeights, scratch, spare)
    for (let k: i32 = 0; k < scores; k++) {
      const residuals = scratch + <usize>k * STRIPE
      for (let r = count; r < padded; r++) store<f64>(residuals + ((<usize>r) << 3), 0)
      let total = f64x2.splat(0)
      for (let r: i32 = 0; r < padded; r += 2)
        total = f64x2.add(total, v128.load(residuals + ((<usize>r) << 3)))
      addOne(intercepts + ((<usize>k) << 3), total)
    }
    gradientBlock(block, padded, features, scores, scratch, gradient)
  }
  store<f64>(out, loss)
}
