/** Addresses of array elements in memory. The optimizer inlines these. */

/** The address of element i of an array of i32, u32 or f32. */
export function at32(base: usize, i: i32): usize {
  return base + ((<usize>i) << 2)
}

/** The address of element i of an array of f64 or u64. */
export function at64(base: usize, i: i32): usize {
  return base + ((<usize>i) << 3)
}

/** The next multiple of 16, where an array may begin. */
export function align(address: usize): usize {
  return (address + 15) & ~15
}
