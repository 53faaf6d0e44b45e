/** Lamb as Keras 3 computes it (keras/src/optimizers). Its step depends on the norm of the whole parameter, so it takes two calls. */
import { at32 } from '../memory/address'
import { nextMean, nextVariance } from './moments'
import { Parameter } from './parameter'

const EPSILON: f32 = 1e-7

/**
 * Puts Adam's step in the place of the gradients, for `count` weights from the one at `first`.
 *
 * @param left1 1 - beta1^t; @param left2 1 - beta2^t
 * @param count rounded up to a multiple of 4
 */
export function lambDirection(parameter: Parameter, first: i32, count: i32, left1: f32, left2: f32): void {
  let g = at32(parameter.gradients, first)
  let m = at32(parameter.slot1, first)
  let v = at32(parameter.slot2, first)
  const l1 = f32x4.splat(left1)
  const l2 = f32x4.splat(left2)
  const e = f32x4.splat(EPSILON)
  const end = at32(g, count)
  for (; g < end; g += 16, m += 16, v += 16) {
    const gradient = v128.load(g)
    const mean = nextMean(v128.load(m), gradient)
    const variance = nextVariance(v128.load(v), gradient)
    v128.store(m, mean)
    v128.store(v, variance)
    v128.store(g, f32x4.div(f32x4.div(mean, l1), f32x4.add(f32x4.sqrt(f32x4.div(variance, l2)), e)))
  }
}

/** Moves all `count` weights of a parameter along their steps, by the rate times the norm of the weights over the steps'. */
export function lambMove(parameter: Parameter, count: i32, rate: f32): void {
  let weightSquares: f64 = 0,
    stepSquares: f64 = 0
  for (let i: i32 = 0; i < count; i++) {
    const weight = <f64>load<f32>(at32(parameter.weights, i))
    const step = <f64>load<f32>(at32(parameter.gradients, i))
    weightSquares += weight * weight
    stepSquares += step * step
  }
  const ratio = weightSquares > 0 && stepSquares > 0 ? Math.sqrt(weightSquares / stepSquares) : 1
  const factor = <f32>ratio * rate
  for (let i: i32 = 0; i < count; i++) {
    const w = at32(parameter.weights, i)
    store<f32>(w, load<f32>(w) - factor * load<f32>(at32(parameter.gradients, i)))
  }
}
