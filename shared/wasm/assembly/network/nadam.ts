import { at32 } from '../memory/address'
import { nextMean, nextVariance } from './moments'
import { Parameter } from './parameter'

const EPSILON: f32 = 1e-7

/**
 * Nadam as Keras 3 computes it (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param ofMean what the mean of the gradients counts in a step; @param ofGradient what the gradient counts
 * @param left 1 - beta2^t
 * @param count rounded up to a multiple of 4
 */
export function nadam(
  parameter: Parameter,
  first: i32,
  count: i32,
  rate: f32,
  ofMean: f32,
  ofGradient: f32,
  left: f32,
): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let m = at32(parameter.slot1, first)
  let v = at32(parameter.slot2, first)
  const a = f32x4.splat(ofMean)
  const b = f32x4.splat(ofGradient)
  const l = f32x4.splat(left)
  const r = f32x4.splat(rate)
  const e = f32x4.splat(EPSILON)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, m += 16, v += 16) {
    const gradient = v128.load(g)
    const mean = nextMean(v128.load(m), gradient)
    const variance = nextVariance(v128.load(v), gradient)
    v128.store(m, mean)
    v128.store(v, variance)
    const ahead = f32x4.add(f32x4.mul(a, mean), f32x4.mul(b, gradient))
    const deviation = f32x4.add(f32x4.sqrt(f32x4.div(variance, l)), e)
    v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(ahead, r), deviation)))
  }
}
