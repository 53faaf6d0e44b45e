import { at32 } from '../memory/address'
import { Parameter } from './parameter'

/**
 * Ftrl as Keras 3 computes it (keras/src/optimizers) with its defaults, which have no regularization, for `count` weights
 * from the one at `first`.
 *
 * @param count rounded up to a multiple of 4
 */
export function ftrl(parameter: Parameter, first: i32, count: i32, rate: f32): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let s = at32(parameter.slot1, first)
  let l = at32(parameter.slot2, first)
  const r = f32x4.splat(rate)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, s += 16, l += 16) {
    const gradient = v128.load(g)
    const before = v128.load(s)
    const after = f32x4.add(before, f32x4.mul(gradient, gradient))
    const root = f32x4.sqrt(after)
    const pull = f32x4.div(f32x4.sub(root, f32x4.sqrt(before)), r)
    const linear = f32x4.add(v128.load(l), f32x4.sub(gradient, f32x4.mul(pull, v128.load(w))))
    v128.store(s, after)
    v128.store(l, linear)
    v128.store(w, f32x4.div(f32x4.neg(linear), f32x4.div(root, r)))
  }
}
