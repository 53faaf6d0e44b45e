/** The characters, and masks of the first or last bytes of a vector. */

export const COMMA: i8 = 44

export const LF: i8 = 10

export const CR: u32 = 13

export const MINUS: u32 = 45

export const POINT: u32 = 46

/** Loaded from n on: the last n bytes set. */
const lastMasks = memory.data<u64>([0, 0, -1, -1])

export function lastBytes(n: usize): v128 {
  return v128.load(lastMasks + n)
}

/** Loaded from 16 - n on: the first n bytes set. */
const firstMasks = memory.data<u64>([-1, -1, 0, 0])

export function firstBytes(n: usize): v128 {
  return v128.load(firstMasks + 16 - n)
}
