/**
 * a * b + c, lane by lane. A kernel is compiled without and, where that is quicker, with FUSED (scripts/build-kernels.ts):
 * fused, the sum alone is rounded, where the machine can (shared/wasm/arithmetic.ts); else the product is, too.
 */
/** Of four f32. */
export function multiplyAdd32(a: v128, b: v128, c: v128): v128 {
  return FUSED ? f32x4.relaxed_madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b))
}

/** Of two f64. */
export function multiplyAdd64(a: v128, b: v128, c: v128): v128 {
  return FUSED ? f64x2.relaxed_madd(a, b, c) : f64x2.add(c, f64x2.mul(a, b))
}

/** c - a * b, of two f64. */
export function subtractProduct64(a: v128, b: v128, c: v128): v128 {
  return FUSED ? f64x2.relaxed_nmadd(a, b, c) : f64x2.sub(c, f64x2.mul(a, b))
}
