/**
 * e^x of two doubles, for x up to 709; below -708 it stays at e^-708, which is 3e-308. Error below 1.5 units in the
 * last place (test/algorithms/exp.test.ts): x = n ln 2 + r with |r| <= ln(2) / 2, whose Taylor series to r^13 leaves
 * out less than 5e-18; ln 2 in two parts (Cody and Waite) keeps r exact.
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const magic = f64x2.splat(6755399441055744.0) // 1.5 * 2^52: adding it rounds to a whole number in the low bits
  x = f64x2.max(x, f64x2.splat(-708.0))
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), magic)
  const n = f64x2.sub(shifted, magic)
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(6.93147180369123816490e-1)))
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10)))
  // Estrin's scheme: pairs of terms at once, for shorter chains of dependent operations.
  const r2 = f64x2.mul(r, r)
  const r4 = f64x2.mul(r2, r2)
  const c23 = line(r, 1.0 / 2.0, 1.0 / 6.0)
  const c45 = line(r, 1.0 / 24.0, 1.0 / 120.0)
  const c67 = line(r, 1.0 / 720.0, 1.0 / 5040.0)
  const c89 = line(r, 1.0 / 40320.0, 1.0 / 362880.0)
  const c1011 = line(r, 1.0 / 3628800.0, 1.0 / 39916800.0)
  const c1213 = line(r, 1.0 / 479001600.0, 1.0 / 6227020800.0)
  const low = f64x2.add(c23, f64x2.mul(r2, c45))
  const middle = f64x2.add(c67, f64x2.mul(r2, c89))
  const high = f64x2.add(c1011, f64x2.mul(r2, c1213))
  const tail = f64x2.add(low, f64x2.mul(r4, f64x2.add(middle, f64x2.mul(r4, high))))
  const value = f64x2.add(f64x2.splat(1.0), f64x2.add(r, f64x2.mul(r2, tail)))
  return i64x2.add(value, i64x2.shl(shifted, 52))
}

// @ts-ignore: decorator
@inline
function line(r: v128, a: f64, b: f64): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(r, f64x2.splat(b)))
}
