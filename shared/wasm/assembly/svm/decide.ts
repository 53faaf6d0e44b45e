import { at32, at64 } from '../memory/address'
import { dotEight, transform } from './kernel-function'

/** The machines of all pairs of classes, in memory, and what they decide. */
@unmanaged
export class Machines {
  classes: i32
  features: i32
  /** One of the kernel functions, and its parameters. */
  kernel: i32
  degree: i32
  gamma: f64
  coef0: f64
  /** f64: the support vectors, vector s's feature f at f * stride + s, and each one's dot product with itself. */
  x: usize
  squares: usize
  stride: i32
  /** i32, classes + 1: where each class's vectors begin, and their number last. */
  starts: usize
  /** f64: classes - 1 rows of `stride`; a number for each pair. */
  coefficients: usize
  intercepts: usize
  /** f64, row-major: the rows to decide. */
  points: usize
  /** Scratch: `stride` doubles. */
  values: usize
  /** f64: pair q of row r at r * pairs + q. */
  out: usize
}

/** Sum of a[k] * b[k]. */
function dot(a: usize, b: usize, count: i32): f64 {
  let s0 = f64x2.splat(0),
    s1 = s0
  let k: i32 = 0
  for (; k + 3 < count; k += 4) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(at64(a, k)), v128.load(at64(b, k))))
    s1 = f64x2.add(s1, f64x2.mul(v128.load(at64(a, k), 16), v128.load(at64(b, k), 16)))
  }
  s0 = f64x2.add(s0, s1)
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1)
  for (; k < count; k++) sum += load<f64>(at64(a, k)) * load<f64>(at64(b, k))
  return sum
}

/** One-vs-one decision values of the first `rows` of the points. */
export function decide(machines: Machines, rows: i32): void {
  const x = machines.x
  const squares = machines.squares
  const stride = machines.stride
  const features = machines.features
  const kernel = machines.kernel
  const degree = machines.degree
  const gamma = machines.gamma
  const coef0 = machines.coef0
  const starts = machines.starts
  const classes = machines.classes
  const coefficients = machines.coefficients
  const intercepts = machines.intercepts
  const points = machines.points
  const values = machines.values
  let out = machines.out
  for (let r: i32 = 0; r < rows; r++) {
    const point = at64(points, r * features)
    let square: f64 = 0
    for (let f: i32 = 0; f < features; f++) square += load<f64>(at64(point, f)) * load<f64>(at64(point, f))
    for (let j: i32 = 0; j < stride; j += 8) {
      dotEight(point, at64(x, j), (<usize>stride) << 3, features, at64(values, j))
      transform(at64(values, j), at64(squares, j), f64x2.splat(square), kernel, gamma, coef0, degree)
    }
    for (let i: i32 = 0, pair: i32 = 0; i < classes; i++) {
      const startI = load<i32>(at32(starts, i)),
        countI = load<i32>(at32(starts, i + 1)) - startI
      for (let j = i + 1; j < classes; j++, pair++) {
        const startJ = load<i32>(at32(starts, j)),
          countJ = load<i32>(at32(starts, j + 1)) - startJ
        const ofI = dot(at64(coefficients, (j - 1) * stride + startI), at64(values, startI), countI)
        const ofJ = dot(at64(coefficients, i * stride + startJ), at64(values, startJ), countJ)
        store<f64>(out + ((<usize>pair) << 3), ofI + ofJ + load<f64>(at64(intercepts, pair)))
      }
    }
    out += (<usize>((classes * (classes - 1)) >> 1)) << 3
  }
}
