import { at32 } from '../memory/address'
import { Parameter } from './parameter'

const RHO: f32 = 0.95
const EPSILON: f32 = 1e-7

/**
 * Adadelta as Keras 3 computes it (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param count rounded up to a multiple of 4
 */
export function adadelta(parameter: Parameter, first: i32, count: i32, rate: f32): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let s = at32(parameter.slot1, first)
  let d = at32(parameter.slot2, first)
  const r = f32x4.splat(rate)
  const keep = f32x4.splat(RHO)
  const rest = f32x4.splat(1 - RHO)
  const e = f32x4.splat(EPSILON)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, s += 16, d += 16) {
    const gradient = v128.load(g)
    const squares = f32x4.add(f32x4.mul(keep, v128.load(s)), f32x4.mul(rest, f32x4.mul(gradient, gradient)))
    const steps = v128.load(d)
    const ratio = f32x4.div(f32x4.sqrt(f32x4.add(steps, e)), f32x4.sqrt(f32x4.add(squares, e)))
    const step = f32x4.mul(ratio, gradient)
    v128.store(s, squares)
    v128.store(d, f32x4.add(f32x4.mul(keep, steps), f32x4.mul(rest, f32x4.mul(step, step))))
    v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(r, step)))
  }
}
