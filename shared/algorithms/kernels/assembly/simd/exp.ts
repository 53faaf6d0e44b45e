/**
 * e^x of two doubles, for x up to 709; below -708 it stays at e^-708, which is 3e-308. Error below 1.5 units in the
 * last place (test/algorithms/exp.test.ts): x = n ln 2 + r with |r| <= ln(2) / 2, whose Taylor series to r^13 leaves
 * out less than 5e-18; ln 2 in two parts (Cody and Waite) keeps r exact.
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const magic = constant(2)
  x = f64x2.pmax(constant(0), x)
  const shifted = f64x2.add(f64x2.mul(x, constant(1)), magic)
  const n = f64x2.sub(shifted, magic)
  let r = f64x2.sub(x, f64x2.mul(n, constant(3)))
  r = f64x2.sub(r, f64x2.mul(n, constant(4)))
  // Estrin's scheme: pairs of terms at once, for shorter chains of dependent operations.
  const r2 = f64x2.mul(r, r)
  const r4 = f64x2.mul(r2, r2)
  const low = f64x2.add(pair(r, 5), f64x2.mul(r2, pair(r, 7)))
  const middle = f64x2.add(pair(r, 9), f64x2.mul(r2, pair(r, 11)))
  const high = f64x2.add(pair(r, 13), f64x2.mul(r2, pair(r, 15)))
  const tail = f64x2.add(low, f64x2.mul(r4, f64x2.add(middle, f64x2.mul(r4, high))))
  const value = f64x2.add(constant(17), f64x2.add(r, f64x2.mul(r2, tail)))
  return i64x2.add(value, i64x2.shl(shifted, 52))
}

// In memory, because the engine builds a vector constant from several instructions each time it is used.
// @ts-ignore: decorator
@lazy
const constants = memory.data<f64>([
  -708.0,
  1.4426950408889634,
  6755399441055744.0, // 1.5 * 2^52: adding it rounds to a whole number in the low bits
  6.93147180369123816490e-1,
  1.90821492927058770002e-10,
  1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40320.0, 1.0 / 362880.0,
  1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 6227020800.0,
  1.0,
])

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load64_splat(constants + (index << 3))
}

// @ts-ignore: decorator
@inline
function pair(r: v128, index: usize): v128 {
  return f64x2.add(constant(index), f64x2.mul(r, constant(index + 1)))
}
