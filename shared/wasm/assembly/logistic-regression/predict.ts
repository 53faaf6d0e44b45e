import { BLOCK_ROWS, STRIPE } from './block'
import { sigmoid, softmax } from './probabilities'
import { scoreBlock } from './scores'

/** What a prediction reads and writes, in memory. */
@unmanaged
export class PredictionInput {
  features: i32
  /** One per class, or 1 for two classes. */
  scores: i32
  /** Whether the probabilities are sigmoids of each score, divided by their sum, instead of the softmax. */
  normalised: bool
  /** f64: feature f of row r at x + f * columnBytes + r * 8; after the last row, 7 more can be read. */
  x: usize
  columnBytes: usize
  coefficients: usize
  /** i32: the classes. f64, row-major: their probabilities. */
  classes: usize
  probabilities: usize
  /** Room for (scores + 2) * 256 doubles. */
  scratch: usize
}

/** Predicts the first `rows` rows: their classes and probabilities. */
export function predict(input: PredictionInput, rows: i32): void {
  const x = input.x
  const columnBytes = input.columnBytes
  const features = input.features
  const scores = input.scores
  const normalised = input.normalised
  const coefficients = input.coefficients
  const classes = input.classes
  const probabilities = input.probabilities
  const scratch = input.scratch
  const probabilityBytes = (<usize>(scores == 1 ? 2 : scores)) << 3
  for (let first: i32 = 0; first < rows; first += BLOCK_ROWS) {
    const count = min(rows - first, BLOCK_ROWS)
    scoreBlock(
      x + ((<usize>first) << 3),
      columnBytes,
      (count + 7) & ~7,
      features,
      scores,
      coefficients,
      scratch,
    )
    const to = probabilities + <usize>first * probabilityBytes
    if (scores == 1) predictTwo(count, classes + ((<usize>first) << 2), to, scratch)
    else predictMany(count, scores, normalised, classes + ((<usize>first) << 2), to, scratch)
  }
}

/** Classes and probabilities of a block by the score of class 1 against class 0. */
function predictTwo(rows: i32, classes: usize, probabilities: usize, scratch: usize): void {
  for (let r: i32 = 0; r < rows; r++) {
    store<i32>(classes + ((<usize>r) << 2), load<f64>(scratch + ((<usize>r) << 3)) > 0 ? 1 : 0)
  }
  sigmoid(rows, scratch, scratch + STRIPE)
  for (let r: i32 = 0; r < rows; r++) {
    const p = load<f64>(scratch + ((<usize>r) << 3))
    store<f64>(probabilities + ((<usize>r) << 4), 1 - p)
    store<f64>(probabilities + ((<usize>r) << 4), p, 8)
  }
}

/** Classes and probabilities of a block by a score for each class. */
function predictMany(
  rows: i32,
  scores: i32,
  normalised: bool,
  classes: usize,
  probabilities: usize,
  scratch: usize,
): void {
  const spare = scratch + <usize>scores * STRIPE
  for (let r: i32 = 0; r < rows; r++) {
    let s = scratch + ((<usize>r) << 3)
    let maximum = load<f64>(s)
    let best: i32 = 0
    for (let k: i32 = 1; k < scores; k++) {
      s += STRIPE
      const score = load<f64>(s)
      if (score > maximum) {
        maximum = score
        best = k
      }
    }
    store<i32>(classes + ((<usize>r) << 2), best)
  }
  if (!normalised) softmax(rows, scores, scratch, spare, spare + STRIPE)
  else for (let k: i32 = 0; k < scores; k++) sigmoid(rows, scratch + <usize>k * STRIPE, spare)
  for (let r: i32 = 0; r < rows; r++) {
    const first = scratch + ((<usize>r) << 3)
    let scale: f64 = 1
    if (normalised) {
      let total: f64 = 0
      for (let k: i32 = 0; k < scores; k++) total += load<f64>(first + <usize>k * STRIPE)
      scale = 1 / total
    }
    for (let k: i32 = 0; k < scores; k++, probabilities += 8) {
      store<f64>(probabilities, load<f64>(first + <usize>k * STRIPE) * scale)
    }
  }
}
