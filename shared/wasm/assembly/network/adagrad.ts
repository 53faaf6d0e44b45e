import { at32 } from '../memory/address'
import { Parameter } from './parameter'

const EPSILON: f32 = 1e-7

/**
 * Adagrad as Keras 3 computes it (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param count rounded up to a multiple of 4
 */
export function adagrad(parameter: Parameter, first: i32, count: i32, rate: f32): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let s = at32(parameter.slot1, first)
  const r = f32x4.splat(rate)
  const e = f32x4.splat(EPSILON)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, s += 16) {
    const gradient = v128.load(g)
    const sum = f32x4.add(v128.load(s), f32x4.mul(gradient, gradient))
    v128.store(s, sum)
    v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(r, gradient), f32x4.sqrt(f32x4.add(sum, e)))))
  }
}
