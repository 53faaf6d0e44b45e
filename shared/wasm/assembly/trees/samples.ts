/** The rows that a tree is grown on, ordered so that the samples of each node are neighbours. */
import { align, at32, at64 } from '../memory/address'
import { rows } from './data'

/** f64[rows]: written by the host before a tree begins. */
export let weights: usize = 0
/** i32[rows]: row numbers, or row indices in a copy (see rank-copies.ts). */
export let samples: usize = 0
export let sampleCount: i32 = 0
/** The sum of the weights. */
export let weightedSamples: f64 = 0

export function layoutSamples(base: usize): usize {
  weights = base
  samples = align(at64(weights, rows))
  return align(at32(samples, rows))
}

/** Takes the rows whose weight is not zero. */
export function selectSamples(): void {
  let count = 0
  let weighted: f64 = 0
  for (let i = 0; i < rows; i++) {
    const weight = load<f64>(at64(weights, i))
    if (weight != 0) store<i32>(at32(samples, count++), i)
    weighted += weight
  }
  sampleCount = count
  weightedSamples = weighted
}
