import { at32 } from '../memory/address'
import { BETA_1 } from './moments'
import { Parameter } from './parameter'

const LION_BETA_2: f32 = 0.99

/**
 * Lion as Keras 3 computes it (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param count rounded up to a multiple of 4
 */
export function lion(parameter: Parameter, first: i32, count: i32, rate: f32): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let m = at32(parameter.slot1, first)
  const zero = f32x4.splat(0)
  const r = f32x4.splat(rate)
  const keep1 = f32x4.splat(<f32>BETA_1)
  const rest1 = f32x4.splat(1 - <f32>BETA_1)
  const keep2 = f32x4.splat(LION_BETA_2)
  const rest2 = f32x4.splat(1 - LION_BETA_2)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, m += 16) {
    const gradient = v128.load(g)
    const mean = v128.load(m)
    const direction = f32x4.add(f32x4.mul(mean, keep1), f32x4.mul(gradient, rest1))
    const up = v128.and(r, f32x4.gt(direction, zero))
    const down = v128.and(r, f32x4.lt(direction, zero))
    v128.store(w, f32x4.add(f32x4.sub(v128.load(w), up), down))
    v128.store(m, f32x4.add(f32x4.mul(mean, keep2), f32x4.mul(gradient, rest2)))
  }
}
