/** A table of n * log2(n), of which the entropy of whole counts is made without a logarithm. */
import { at64 } from '../memory/address'
import { log2 } from './class-criterion'
import { xLogX } from './data'

/** Fills the table for 0 … maximum. */
export function fillXLogX(maximum: i32): void {
  store<f64>(xLogX, 0)
  for (let n = 1; n <= maximum; n++) store<f64>(at64(xLogX, n), <f64>n * log2(<f64>n))
}

export function xLogXOf(count: i32): f64 {
  return load<f64>(at64(xLogX, count))
}
