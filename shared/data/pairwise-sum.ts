/** numpy's pairwise summation, bit for bit (numpy/_core/src/umath/loops_utils.h.src, `pairwise_sum`). */
export function pairwiseSum(values: Float64Array, from = 0, count = values.length): number {
  if (count < 8) {
    let sum = -0
    for (let i = 0; i < count; i++) sum += values[from + i]
    return sum
  }
  if (count > 128) {
    const half = Math.floor(count / 2)
    const first = half - (half % 8)
    return pairwiseSum(values, from, first) + pairwiseSum(values, from + first, count - first)
  }
  const r = values.slice(from, from + 8)
  const whole = count - (count % 8)
  for (let i = 8; i < whole; i += 8) for (let k = 0; k < 8; k++) r[k] += values[from + i + k]
  let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]))
  for (let i = whole; i < count; i++) sum += values[from + i]
  return sum
}
