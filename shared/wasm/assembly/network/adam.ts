import { at32 } from '../memory/address'
import { nextMean, nextVariance } from './moments'
import { Parameter } from './parameter'

const EPSILON: f32 = 1e-7

/**
 * Adam and AdamW as Keras 3 computes them (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param alpha rate * sqrt(1 - beta2^t) / (1 - beta1^t); @param decay AdamW's weight_decay, 0 for Adam
 * @param count rounded up to a multiple of 4
 */
export function adam(parameter: Parameter, first: i32, count: i32, alpha: f32, decay: f32, rate: f32): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let m = at32(parameter.slot1, first)
  let v = at32(parameter.slot2, first)
  const a = f32x4.splat(alpha)
  const e = f32x4.splat(EPSILON)
  const d = f32x4.splat(decay)
  const r = f32x4.splat(rate)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, m += 16, v += 16) {
    const gradient = v128.load(g)
    let weight = v128.load(w)
    weight = f32x4.sub(weight, f32x4.mul(f32x4.mul(weight, d), r))
    const mean = nextMean(v128.load(m), gradient)
    const variance = nextVariance(v128.load(v), gradient)
    v128.store(m, mean)
    v128.store(v, variance)
    v128.store(w, f32x4.sub(weight, f32x4.div(f32x4.mul(mean, a), f32x4.add(f32x4.sqrt(variance), e))))
  }
}
