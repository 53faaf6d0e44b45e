import { at64 } from '../memory/address'
import { missingBin } from './data'

/** Thresholds of a column, filled up with infinities: as many as a search of eight steps can tell apart. */
export const MAX_THRESHOLDS: i32 = 255

/** How many thresholds lie below `value`, without a branch that could be mispredicted. */
function search(thresholds: usize, value: f64): i32 {
  let at: i32 = 0
  at += i32(load<f64>(at64(thresholds, at + 127)) < value) << 7
  at += i32(load<f64>(at64(thresholds, at + 63)) < value) << 6
  at += i32(load<f64>(at64(thresholds, at + 31)) < value) << 5
  at += i32(load<f64>(at64(thresholds, at + 15)) < value) << 4
  at += i32(load<f64>(at64(thresholds, at + 7)) < value) << 3
  at += i32(load<f64>(at64(thresholds, at + 3)) < value) << 2
  at += i32(load<f64>(at64(thresholds, at + 1)) < value) << 1
  at += i32(load<f64>(at64(thresholds, at)) < value)
  return at
}

/**
 * Writes the bins of a column's values: bin i holds those above threshold i - 1, up to and with threshold i.
 *
 * @param values f64[count]
 * @param thresholds f64[MAX_THRESHOLDS]
 * @param column u8[count]: where the bins go in the column
 * @param block u8[count][4]: where they go in the feature's block
 * @returns how many values are missing
 */
export function binColumn(values: usize, count: i32, thresholds: usize, column: usize, block: usize): i32 {
  let missing = 0
  for (let i = 0; i < count; i++) {
    const value = load<f64>(at64(values, i))
    const isMissing = value != value
    const bin = isMissing ? missingBin : search(thresholds, value)
    missing += i32(isMissing)
    store<u8>(column + i, bin)
    store<u8>(block + ((<usize>i) << 2), bin)
  }
  return missing
}
