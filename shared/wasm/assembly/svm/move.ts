import { at32, at64 } from '../memory/address'
import { kernelRow } from './kernel-cache'
import { atUpper, Problem, setDirections } from './problem'
import { updateAndSelect } from './working-set'

/** Moves alphas i and j to the minimum along their line within the bounds, and carries F along. */
export function move(p: Problem, i: i32, j: i32): void {
  const rowI = kernelRow(p, i, p.active)
  const rowJ = kernelRow(p, j, p.active)
  const boundI = load<f64>(at64(p.bound, i)),
    boundJ = load<f64>(at64(p.bound, j))
  const signI = load<f64>(at64(p.sign, i)),
    signJ = load<f64>(at64(p.sign, j))
  const oldI = load<f64>(at64(p.alpha, i)),
    oldJ = load<f64>(at64(p.alpha, j))
  const gradientI = signI * load<f64>(at64(p.f, i)),
    gradientJ = signJ * load<f64>(at64(p.f, j))
  const upperI = atUpper(p, i),
    upperJ = atUpper(p, j)
  let curvature =
    load<f64>(at64(p.diagonal, i)) + load<f64>(at64(p.diagonal, j)) - 2 * <f64>load<f32>(at32(rowI, j))
  if (curvature <= 0) curvature = 1e-12
  let alphaI = oldI,
    alphaJ = oldJ
  if (p.regression) {
    const violation = load<f64>(at64(p.up, i)) - gradientI + load<f64>(at64(p.low, j)) + gradientJ
    const roomI = oldI < 0 ? -oldI : boundI - oldI
    const roomJ = oldJ > 0 ? oldJ : boundJ + oldJ
    const step = min(violation / curvature, min(roomI, roomJ))
    alphaI = step < roomI ? oldI + step : oldI < 0 ? 0 : boundI
    alphaJ = step < roomJ ? oldJ - step : oldJ > 0 ? 0 : -boundJ
  } else if (signI != signJ) {
    const delta = (-gradientI - gradientJ) / curvature
    const difference = oldI - oldJ
    alphaI += delta
    alphaJ += delta
    if (difference > 0) {
      if (alphaJ < 0) {
        alphaJ = 0
        alphaI = difference
      }
    } else if (alphaI < 0) {
      alphaI = 0
      alphaJ = -difference
    }
    if (difference > boundI - boundJ) {
      if (alphaI > boundI) {
        alphaI = boundI
        alphaJ = boundI - difference
      }
    } else if (alphaJ > boundJ) {
      alphaJ = boundJ
      alphaI = boundJ + difference
    }
  } else {
    const delta = (gradientI - gradientJ) / curvature
    const sum = oldI + oldJ
    alphaI -= delta
    alphaJ += delta
    if (sum > boundI) {
      if (alphaI > boundI) {
        alphaI = boundI
        alphaJ = sum - boundI
      }
    } else if (alphaJ < 0) {
      alphaJ = 0
      alphaI = sum
    }
    if (sum > boundJ) {
      if (alphaJ > boundJ) {
        alphaJ = boundJ
        alphaI = sum - boundJ
      }
    } else if (alphaI < 0) {
      alphaI = 0
      alphaJ = sum
    }
  }
  store<f64>(at64(p.alpha, i), alphaI)
  store<f64>(at64(p.alpha, j), alphaJ)
  setDirections(p, i)
  setDirections(p, j)
  updateAndSelect(p, rowI, signI * (alphaI - oldI), rowJ, signJ * (alphaJ - oldJ))
  if (p.shrinking) {
    if (upperI != atUpper(p, i)) addToBar(p, i, signI * (upperI ? -oldI : alphaI))
    if (upperJ != atUpper(p, j)) addToBar(p, j, signJ * (upperJ ? -oldJ : alphaJ))
  }
}

function addToBar(p: Problem, i: i32, factor: f64): void {
  addRow(p.bar, kernelRow(p, i, p.rows), factor, 0, p.rows)
}

/** to[k] += factor * row[k] for from <= k < end. */
export function addRow(to: usize, row: usize, factor: f64, from: i32, end: i32): void {
  const v = f64x2.splat(factor)
  let k = from
  for (; k + 1 < end; k += 2) {
    const value = f64x2.promote_low_f32x4(v128.load64_zero(at32(row, k)))
    v128.store(at64(to, k), f64x2.add(v128.load(at64(to, k)), f64x2.mul(v, value)))
  }
  if (k < end) store<f64>(at64(to, k), load<f64>(at64(to, k)) + factor * <f64>load<f32>(at32(row, k)))
}
