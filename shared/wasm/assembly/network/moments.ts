/** The running means that Adam and its relatives keep of each weight's gradients, as Keras 3 updates them. */

export const BETA_1: f64 = 0.9
export const BETA_2: f64 = 0.999

/** The running mean of the gradients after one more: `mean + (gradient - mean) * (1 - BETA_1)`. */
export function nextMean(mean: v128, gradient: v128): v128 {
  return f32x4.add(mean, f32x4.mul(f32x4.sub(gradient, mean), f32x4.splat(<f32>(1 - BETA_1))))
}

/** The running mean of their squares: `variance + (gradient^2 - variance) * (1 - BETA_2)`. */
export function nextVariance(variance: v128, gradient: v128): v128 {
  const squares = f32x4.mul(gradient, gradient)
  return f32x4.add(variance, f32x4.mul(f32x4.sub(squares, variance), f32x4.splat(<f32>(1 - BETA_2))))
}
