import { at32 } from '../memory/address'
import { Parameter } from './parameter'

/**
 * Stochastic gradient descent as Keras 3 computes it (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param count rounded up to a multiple of 4
 */
export function sgd(
  parameter: Parameter,
  first: i32,
  count: i32,
  rate: f32,
  momentum: f32,
  nesterov: bool,
): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let m = at32(parameter.slot1, first)
  const r = f32x4.splat(rate)
  const keep = f32x4.splat(momentum)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, m += 16) {
    const step = f32x4.mul(v128.load(g), r)
    const moment = f32x4.sub(f32x4.mul(v128.load(m), keep), step)
    v128.store(m, moment)
    v128.store(w, f32x4.add(v128.load(w), nesterov ? f32x4.sub(f32x4.mul(moment, keep), step) : moment))
  }
}
