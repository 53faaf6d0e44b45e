import { multiplyAdd64, subtractProduct64 } from './multiply-add'

/**
 * Replaces the eight doubles at `at` by their exponentials, for values up to 709; below -708 the result stays at
 * e^-708, which is 3e-308. The error is within two units in the last place (test/algorithms/exp.test.ts).
 *
 * x = n ln 2 + r with |r| <= ln(2) / 2, where ln 2 in two parts (Cody and Waite) keeps r exact; then
 * e^r = 1 + r + r^2 q(r) with the polynomial q of degree 9 that equals (e^r - 1 - r) / r^2 at Chebyshev's nodes, which
 * leaves e^r with a relative error of 2e-17.
 */
export function expEight(at: usize): void {
  const least = constant(0),
    perLog = constant(1),
    magic = constant(2),
    logHigh = constant(3),
    logLow = constant(4)
  const x0 = f64x2.pmax(least, v128.load(at))
  const x1 = f64x2.pmax(least, v128.load(at, 16))
  const x2 = f64x2.pmax(least, v128.load(at, 32))
  const x3 = f64x2.pmax(least, v128.load(at, 48))
  const s0 = multiplyAdd64(x0, perLog, magic)
  const s1 = multiplyAdd64(x1, perLog, magic)
  const s2 = multiplyAdd64(x2, perLog, magic)
  const s3 = multiplyAdd64(x3, perLog, magic)
  const n0 = f64x2.sub(s0, magic),
    n1 = f64x2.sub(s1, magic),
    n2 = f64x2.sub(s2, magic),
    n3 = f64x2.sub(s3, magic)
  let r0 = subtractProduct64(n0, logHigh, x0)
  let r1 = subtractProduct64(n1, logHigh, x1)
  let r2 = subtractProduct64(n2, logHigh, x2)
  let r3 = subtractProduct64(n3, logHigh, x3)
  r0 = subtractProduct64(n0, logLow, r0)
  r1 = subtractProduct64(n1, logLow, r1)
  r2 = subtractProduct64(n2, logLow, r2)
  r3 = subtractProduct64(n3, logLow, r3)
  let q0 = constant(5),
    q1 = q0,
    q2 = q0,
    q3 = q0
  for (let k: usize = 6; k < 15; k++) {
    const c = constant(k)
    q0 = multiplyAdd64(q0, r0, c)
    q1 = multiplyAdd64(q1, r1, c)
    q2 = multiplyAdd64(q2, r2, c)
    q3 = multiplyAdd64(q3, r3, c)
  }
  const one = constant(15)
  q0 = f64x2.add(one, multiplyAdd64(f64x2.mul(r0, r0), q0, r0))
  q1 = f64x2.add(one, multiplyAdd64(f64x2.mul(r1, r1), q1, r1))
  q2 = f64x2.add(one, multiplyAdd64(f64x2.mul(r2, r2), q2, r2))
  q3 = f64x2.add(one, multiplyAdd64(f64x2.mul(r3, r3), q3, r3))
  v128.store(at, i64x2.add(q0, i64x2.shl(s0, 52)))
  v128.store(at, i64x2.add(q1, i64x2.shl(s1, 52)), 16)
  v128.store(at, i64x2.add(q2, i64x2.shl(s2, 52)), 32)
  v128.store(at, i64x2.add(q3, i64x2.shl(s3, 52)), 48)
}

// In memory, because the engine builds a vector constant from several instructions each time it is used.
const constants = memory.data<f64>([
  -708.0,
  1.4426950408889634,
  6755399441055744.0, // 1.5 * 2^52: adding it rounds to a whole number in the low bits
  6.9314718036912381649e-1,
  1.90821492927058770002e-10,
  2.5100472505694996e-8,
  2.7620201591031547e-7,
  2.7557268276905696e-6,
  2.4801521057868204e-5,
  1.9841269863171557e-4,
  1.3888888917367081e-3,
  8.333333333330039e-3,
  4.1666666666623824e-2,
  1.6666666666666669e-1,
  5.000000000000001e-1,
  1.0,
])

function constant(index: usize): v128 {
  return v128.load64_splat(constants + (index << 3))
}
