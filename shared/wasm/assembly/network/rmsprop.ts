import { at32 } from '../memory/address'
import { Parameter } from './parameter'

const RHO: f64 = 0.9
const EPSILON: f32 = 1e-7

/**
 * RMSprop as Keras 3 computes it (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param count rounded up to a multiple of 4
 */
export function rmsprop(parameter: Parameter, first: i32, count: i32, rate: f32, momentum: f32): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let v = at32(parameter.slot1, first)
  let m = at32(parameter.slot2, first)
  const r = f32x4.splat(rate)
  const keep = f32x4.splat(<f32>RHO)
  const rest = f32x4.splat(<f32>(1 - RHO))
  const e = f32x4.splat(EPSILON)
  const push = f32x4.splat(momentum)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, v += 16, m += 16) {
    const gradient = v128.load(g)
    const velocity = f32x4.add(f32x4.mul(keep, v128.load(v)), f32x4.mul(rest, f32x4.mul(gradient, gradient)))
    v128.store(v, velocity)
    const step = f32x4.div(f32x4.mul(r, gradient), f32x4.sqrt(f32x4.add(velocity, e)))
    const moment = f32x4.add(f32x4.mul(push, v128.load(m)), step)
    v128.store(m, moment)
    v128.store(w, f32x4.sub(v128.load(w), moment))
  }
}
