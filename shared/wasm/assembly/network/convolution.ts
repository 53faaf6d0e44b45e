/** A convolutional layer: 3 x 3 filters, bias, relu and 2 x 2 max pooling in one pass. */
import { at32 } from '../memory/address'
import { multiplyAdd32 } from '../simd/multiply-add'
import { Parameter } from './parameter'

/**
 * A convolutional layer in memory: images of one channel, `filters` of 3 x 3 (a multiple of 8), whose output is
 * images x half x half x filters with half = (side - 2) / 2. What is left over at the edge is never computed.
 */
@unmanaged
export class ConvolutionLayer {
  side: i32
  filters: i32
  kernel: Parameter
  bias: Parameter
  images: usize
  output: usize
  /** i32, for each maximum: the byte offset in its image of the patch that it came from, the first of equals. */
  origin: usize
  gradient: usize
}

/** The output of `count` images from the one at `first`. */
export function forwardConvolution(layer: ConvolutionLayer, first: i32, count: i32): void {
  const side = layer.side
  const filters = layer.filters
  const kernel = layer.kernel.weights
  const bias = layer.bias.weights
  const half = (side - 2) >> 1
  const row = (<usize>side) << 2
  let out = at32(layer.output, first * half * half * filters)
  let origin = at32(layer.origin, first * half * half * filters)
  for (let n = first; n < first + count; n++) {
    const image = at32(layer.images, n * side * side)
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const offset = at32(0, 2 * y * side + 2 * x)
        for (let f = 0; f < filters; f += 8) {
          window(
            image,
            offset,
            row,
            at32(kernel, f),
            at32(0, filters),
            at32(bias, f),
            at32(out, f),
            at32(origin, f),
          )
        }
        out = at32(out, filters)
        origin = at32(origin, filters)
      }
    }
  }
}

/** The 4 neighbouring patches of one pooling window with 8 filters. */
function window(
  image: usize,
  offset: usize,
  row: usize,
  kernel: usize,
  line: usize,
  bias: usize,
  out: usize,
  origin: usize,
): void {
  let s00 = f32x4.splat(0),
    s01 = f32x4.splat(0),
    s10 = f32x4.splat(0),
    s11 = f32x4.splat(0)
  let s20 = f32x4.splat(0),
    s21 = f32x4.splat(0),
    s30 = f32x4.splat(0),
    s31 = f32x4.splat(0)
  let p = image + offset,
    below = p + row
  for (let dy = 0; dy < 3; dy++) {
    const end = p + 12
    while (p < end) {
      const w0 = v128.load(kernel),
        w1 = v128.load(kernel, 16)
      let x = v128.load32_splat(p)
      s00 = multiplyAdd32(x, w0, s00)
      s01 = multiplyAdd32(x, w1, s01)
      x = v128.load32_splat(p, 4)
      s10 = multiplyAdd32(x, w0, s10)
      s11 = multiplyAdd32(x, w1, s11)
      x = v128.load32_splat(below)
      s20 = multiplyAdd32(x, w0, s20)
      s21 = multiplyAdd32(x, w1, s21)
      x = v128.load32_splat(below, 4)
      s30 = multiplyAdd32(x, w0, s30)
      s31 = multiplyAdd32(x, w1, s31)
      kernel += line
      p += 4
      below += 4
    }
    p += row - 12
    below += row - 12
  }
  storeMaximum(s00, s10, s20, s30, v128.load(bias), <i32>offset, <i32>row, out, origin)
  storeMaximum(s01, s11, s21, s31, v128.load(bias, 16), <i32>offset, <i32>row, out + 16, origin + 16)
}

/** The maximum of four patches after bias and relu, and where it came from. */
function storeMaximum(
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  bias: v128,
  offset: i32,
  row: i32,
  out: usize,
  origin: usize,
): void {
  let best = f32x4.add(s0, bias)
  let from = i32x4.splat(offset)
  let other = f32x4.add(s1, bias)
  let isGreater = f32x4.gt(other, best)
  best = f32x4.max(best, other)
  from = v128.bitselect(i32x4.splat(offset + 4), from, isGreater)
  other = f32x4.add(s2, bias)
  isGreater = f32x4.gt(other, best)
  best = f32x4.max(best, other)
  from = v128.bitselect(i32x4.splat(offset + row), from, isGreater)
  other = f32x4.add(s3, bias)
  isGreater = f32x4.gt(other, best)
  best = f32x4.max(best, other)
  from = v128.bitselect(i32x4.splat(offset + row + 4), from, isGreater)
  v128.store(out, f32x4.max(best, f32x4.splat(0)))
  v128.store(origin, from)
}

/**
 * The gradients of the kernel and the bias of `count` filters from the one at `first` (both even), over `rows` images.
 * Reads up to 4 bytes after the last image.
 */
export function backwardConvolution(layer: ConvolutionLayer, rows: i32, first: i32, count: i32): void {
  const side = layer.side
  const filters = layer.filters
  const half = (side - 2) >> 1
  const positions = half * half
  const row = (<usize>side) << 2
  const line = (<usize>filters) << 2
  for (let f = first; f < first + count; f += 2) {
    let top0 = f32x4.splat(0),
      middle0 = f32x4.splat(0),
      bottom0 = f32x4.splat(0),
      sum0 = f32x4.splat(0)
    let top1 = f32x4.splat(0),
      middle1 = f32x4.splat(0),
      bottom1 = f32x4.splat(0),
      sum1 = f32x4.splat(0)
    let g = at32(layer.gradient, f),
      o = at32(layer.origin, f)
    for (let n = 0; n < rows; n++) {
      const image = at32(layer.images, n * side * side)
      for (let i = 0; i < positions; i++) {
        const value0 = v128.load32_splat(g)
        const p0 = image + <usize>load<i32>(o)
        top0 = multiplyAdd32(value0, v128.load(p0), top0)
        middle0 = multiplyAdd32(value0, v128.load(p0 + row), middle0)
        bottom0 = multiplyAdd32(value0, v128.load(p0 + 2 * row), bottom0)
        sum0 = f32x4.add(sum0, value0)
        const value1 = v128.load32_splat(g, 4)
        const p1 = image + <usize>load<i32>(o, 4)
        top1 = multiplyAdd32(value1, v128.load(p1), top1)
        middle1 = multiplyAdd32(value1, v128.load(p1 + row), middle1)
        bottom1 = multiplyAdd32(value1, v128.load(p1 + 2 * row), bottom1)
        sum1 = f32x4.add(sum1, value1)
        g += line
        o += line
      }
    }
    storeFilter(at32(layer.kernel.gradients, f), line, top0, middle0, bottom0)
    storeFilter(at32(layer.kernel.gradients, f + 1), line, top1, middle1, bottom1)
    store<f32>(at32(layer.bias.gradients, f), f32x4.extract_lane(sum0, 0))
    store<f32>(at32(layer.bias.gradients, f + 1), f32x4.extract_lane(sum1, 0))
  }
}

function storeFilter(to: usize, line: usize, top: v128, middle: v128, bottom: v128): void {
  to = storeThree(to, line, top)
  to = storeThree(to, line, middle)
  storeThree(to, line, bottom)
}

function storeThree(to: usize, line: usize, values: v128): usize {
  store<f32>(to, f32x4.extract_lane(values, 0))
  store<f32>(to + line, f32x4.extract_lane(values, 1))
  store<f32>(to + 2 * line, f32x4.extract_lane(values, 2))
  return to + 3 * line
}
