/** The training data, which the host writes and all threads read. Addresses of arrays are in bytes. */
import { at32 } from '../memory/address'

export let rows: i32 = 0
export let columns: i32 = 0
export let classes: i32 = 0
/** f32[columns][rows], or u32 ranks; the rank of a missing value is the number of distinct values. */
export let values: usize = 0
/** i32[rows]: classes; f64[rows] of a regression. */
export let target: usize = 0
/** u8[columns]: whether the column has missing values. */
export let hasMissing: usize = 0

/** Whether the columns are ranks and the weights whole numbers: see trees.ts. */
export let useRanks: bool = false
/** Whether the columns are presorted: see trees.ts. */
export let usePresorted: bool = false
/** Whether all sums of targets and of their squares are whole numbers that a double holds, and so exact in any order. */
export let hasExactSums: bool = false
/** f32[columns][rows]: the values that the ranks stand for, ascending. */
export let distinct: usize = 0
/** i32[columns] */
export let distinctCount: usize = 0
/** u32[columns]: the maximum difference of two ranks whose values lie within FEATURE_THRESHOLD. */
export let reach: usize = 0
/** u32[rows][columns]: a row-major copy of the ranks, or 0 if not allocated. */
export let rankRows: usize = 0
/** f64[maximum sum of weights + 1]: n * log2(n). */
export let xLogX: usize = 0

/** Values of a feature that lie closer together count as one (_partitioner.pyx). */
export const FEATURE_THRESHOLD: f32 = 1e-7

/** No value has this rank. */
export const NO_RANK: u32 = 0xffffffff

/** The value that a rank of column j stands for. */
export function distinctValue(j: i32, rank: u32): f32 {
  return load<f32>(at32(distinct, j * rows + rank))
}
