/** The sum of weights when all are whole numbers, which is exact in any order; else undefined. */
export function wholeSum(weights: Float64Array): number | undefined {
  let sum = 0
  for (const weight of weights) {
    if (!Number.isInteger(weight)) return undefined
    sum += weight
  }
  return sum
}
