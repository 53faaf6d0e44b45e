import { at32 } from '../memory/address'
import { BETA_2, nextMean } from './moments'
import { Parameter } from './parameter'

const EPSILON: f32 = 1e-7

/**
 * Adamax as Keras 3 computes it (keras/src/optimizers), for `count` weights from the one at `first`.
 *
 * @param left 1 - beta1^t
 * @param count rounded up to a multiple of 4
 */
export function adamax(parameter: Parameter, first: i32, count: i32, rate: f32, left: f32): void {
  let w = at32(parameter.weights, first)
  let g = at32(parameter.gradients, first)
  let m = at32(parameter.slot1, first)
  let u = at32(parameter.slot2, first)
  const r = f32x4.splat(rate)
  const keep = f32x4.splat(<f32>BETA_2)
  const l = f32x4.splat(left)
  const e = f32x4.splat(EPSILON)
  const end = at32(w, count)
  for (; w < end; w += 16, g += 16, m += 16, u += 16) {
    const gradient = v128.load(g)
    const mean = nextMean(v128.load(m), gradient)
    const norm = f32x4.max(f32x4.mul(keep, v128.load(u)), f32x4.abs(gradient))
    v128.store(m, mean)
    v128.store(u, norm)
    const step = f32x4.div(f32x4.mul(r, mean), f32x4.mul(l, f32x4.add(norm, e)))
    v128.store(w, f32x4.sub(v128.load(w), step))
  }
}
