/**
 * The standard normal distribution function, by its Taylor series: Marsaglia, "Evaluating the normal distribution", Journal of
 * Statistical Software 11(4), 2004. Exact to about 1e-15.
 */
export function normalCdf(x: number): number {
  if (x < -8) return 0
  if (x > 8) return 1
  let sum = x
  let earlier = 0
  let term = x
  for (let i = 3; sum !== earlier; i += 2) {
    earlier = sum
    term *= (x * x) / i
    sum += term
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x) * (1 / Math.sqrt(2 * Math.PI))
}
