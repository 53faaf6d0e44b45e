// The arithmetic of a network's layers and optimisers, in float32. Addresses are in bytes; matrices in row
// order unless strides (counted in elements) are given. Every element is the sum of its terms in their order,
// whatever the tiling, so that work can be cut anywhere. No relaxed instructions: the same bits on every
// machine.

// @inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2)
}

// Terms of a sum that are taken at a time, and bytes of packed columns that stay in the first-level cache
// meanwhile.
const TERMS: i32 = 256
const PACKED_BYTES: i32 = 16384

// Room that `multiply` needs at `scratch`, in bytes: the packed columns, 4 packed rows, a tile of 4 x 8.
export function scratchBytes(): i32 {
  return PACKED_BYTES + TERMS * 16 + 128
}

// c (rows x columns, a row every cRow) = a (rows x inner) · b (inner x columns). Element (i, k) of a lies at
// i * aRow + k * aInner, element (k, j) of b at k * bInner + j * bColumn; one stride of each is 1. Blocked
// and packed as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS
// 34(3), 2008.
export function multiply(
  a: usize, aRow: i32, aInner: i32,
  b: usize, bInner: i32, bColumn: i32,
  c: usize, cRow: i32,
  rows: i32, inner: i32, columns: i32,
  scratch: usize,
): void {
  const packedRows = scratch + PACKED_BYTES
  const tile = packedRows + TERMS * 16
  for (let first = 0; first < inner; first += TERMS) {
    const terms = min(TERMS, inner - first)
    const group = (PACKED_BYTES / (terms * 32)) << 3
    for (let from = 0; from < columns; from += group) {
      const to = min(from + group, columns)
      for (let j = from; j < to; j += 8) {
        const eight = at(b, first * bInner + j * bColumn)
        pack8(eight, bInner, bColumn, scratch + ((j - from) * terms << 2), terms, min(8, columns - j))
      }
      for (let i = 0; i < rows; i += 4) {
        const height = min(4, rows - i)
        let four = at(a, i * aRow + first * aInner)
        let step = <usize>aInner << 2
        if (height < 4 || aRow != 1) {
          pack4(four, aRow, aInner, packedRows, terms, height)
          four = packedRows
          step = 16
        }
        for (let j = from; j < to; j += 8) {
          const width = min(8, columns - j)
          const packed = scratch + ((j - from) * terms << 2)
          const corner = at(c, i * cRow + j)
          if (height == 4 && width == 8) {
            multiplyTile(four, step, packed, corner, cRow, terms, first > 0)
          } else {
            if (first > 0) copyTile(corner, cRow, tile, 8, height, width)
            multiplyTile(four, step, packed, tile, 8, terms, first > 0)
            copyTile(tile, 8, corner, cRow, height, width)
          }
        }
      }
    }
  }
}

function copyTile(from: usize, fromRow: i32, to: usize, toRow: i32, height: i32, width: i32): void {
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) store<f32>(at(to, i * toRow + j), load<f32>(at(from, i * fromRow + j)))
  }
}

// `width` columns as `terms` lines of 8, zeros after the last column.
function pack8(b: usize, bInner: i32, bColumn: i32, to: usize, terms: i32, width: i32): void {
  if (width < 8) {
    for (let k = 0; k < terms; k++) {
      for (let j = 0; j < 8; j++) {
        store<f32>(at(to, k * 8 + j), j < width ? load<f32>(at(b, k * bInner + j * bColumn)) : 0)
      }
    }
  } else if (bColumn == 1) {
    const step = <usize>bInner << 2
    for (let k = 0; k < terms; k++, b += step, to += 32) {
      v128.store(to, v128.load(b))
      v128.store(to, v128.load(b, 16), 16)
    }
  } else {
    transpose4(b, bColumn, to, 8, terms)
    transpose4(at(b, 4 * bColumn), bColumn, to + 16, 8, terms)
  }
}

// `height` rows as `terms` lines of 4, zeros after the last row.
function pack4(a: usize, aRow: i32, aInner: i32, to: usize, terms: i32, height: i32): void {
  if (height < 4) {
    for (let k = 0; k < terms; k++) {
      for (let i = 0; i < 4; i++) {
        store<f32>(at(to, k * 4 + i), i < height ? load<f32>(at(a, i * aRow + k * aInner)) : 0)
      }
    }
  } else if (aRow == 1) {
    const step = <usize>aInner << 2
    for (let k = 0; k < terms; k++, a += step, to += 16) v128.store(to, v128.load(a))
  } else {
    transpose4(a, aRow, to, 4, terms)
  }
}

// 4 rows of `terms` consecutive numbers become `terms` lines of 4, a line every toLine.
// @inline
function transpose4(a: usize, aRow: i32, to: usize, toLine: i32, terms: i32): void {
  let a0 = a, a1 = at(a, aRow), a2 = at(a, 2 * aRow), a3 = at(a, 3 * aRow)
  const line = <usize>toLine << 2
  let k = 0
  for (; k + 4 <= terms; k += 4) {
    const r0 = v128.load(a0), r1 = v128.load(a1), r2 = v128.load(a2), r3 = v128.load(a3)
    const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
    const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
    v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2))
    to += line
    v128.store(to, v128.shuffle<i64>(low01, low23, 1, 3))
    to += line
    v128.store(to, v128.shuffle<i64>(high01, high23, 0, 2))
    to += line
    v128.store(to, v128.shuffle<i64>(high01, high23, 1, 3))
    to += line
    a0 += 16
    a1 += 16
    a2 += 16
    a3 += 16
  }
  for (; k < terms; k++) {
    store<f32>(to, load<f32>(a0))
    store<f32>(to, load<f32>(a1), 4)
    store<f32>(to, load<f32>(a2), 8)
    store<f32>(to, load<f32>(a3), 12)
    to += line
    a0 += 4
    a1 += 4
    a2 += 4
    a3 += 4
  }
}

// A tile of 4 x 8 from 4 rows side by side, a term every aStep bytes, and packed columns, on top of what is
// there where `more`.
// @inline
function multiplyTile(a: usize, aStep: usize, b: usize, c: usize, cRow: i32, terms: i32, more: bool): void {
  const step = <usize>cRow << 2
  const c1 = c + step, c2 = c1 + step, c3 = c2 + step
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0)
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0)
  if (more) {
    s00 = v128.load(c)
    s01 = v128.load(c, 16)
    s10 = v128.load(c1)
    s11 = v128.load(c1, 16)
    s20 = v128.load(c2)
    s21 = v128.load(c2, 16)
    s30 = v128.load(c3)
    s31 = v128.load(c3, 16)
  }
  const end = b + (<usize>terms << 5)
  while (b < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let x = v128.load32_splat(a)
    s00 = f32x4.add(s00, f32x4.mul(x, b0))
    s01 = f32x4.add(s01, f32x4.mul(x, b1))
    x = v128.load32_splat(a, 4)
    s10 = f32x4.add(s10, f32x4.mul(x, b0))
    s11 = f32x4.add(s11, f32x4.mul(x, b1))
    x = v128.load32_splat(a, 8)
    s20 = f32x4.add(s20, f32x4.mul(x, b0))
    s21 = f32x4.add(s21, f32x4.mul(x, b1))
    x = v128.load32_splat(a, 12)
    s30 = f32x4.add(s30, f32x4.mul(x, b0))
    s31 = f32x4.add(s31, f32x4.mul(x, b1))
    a += aStep
    b += 32
  }
  v128.store(c, s00)
  v128.store(c, s01, 16)
  v128.store(c1, s10)
  v128.store(c1, s11, 16)
  v128.store(c2, s20)
  v128.store(c2, s21, 16)
  v128.store(c3, s30)
  v128.store(c3, s31, 16)
}

// Adds the bias to every row of c (rows x columns, a row every cRow) and, where asked, cuts at zero. NaN
// stays.
export function addBias(c: usize, cRow: i32, bias: usize, rows: i32, columns: i32, relu: i32): void {
  const zero = f32x4.splat(0)
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const p = at(c, i * cRow + j)
      const sum = f32x4.add(v128.load(p), v128.load(at(bias, j)))
      v128.store(p, relu ? f32x4.max(sum, zero) : sum)
    }
    for (; j < columns; j++) {
      const p = at(c, i * cRow + j)
      const sum = load<f32>(p) + load<f32>(at(bias, j))
      store<f32>(p, relu ? max<f32>(sum, 0) : sum)
    }
  }
}

// gradient = 0 where the activation of the same place was cut to 0.
export function reluGradient(gradient: usize, activation: usize, row: i32, rows: i32, columns: i32): void {
  const zero = f32x4.splat(0)
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const p = at(gradient, i * row + j)
      v128.store(p, v128.and(v128.load(p), f32x4.gt(v128.load(at(activation, i * row + j)), zero)))
    }
    for (; j < columns; j++) {
      if (load<f32>(at(activation, i * row + j)) <= 0) store<f32>(at(gradient, i * row + j), 0)
    }
  }
}

// sums (columns) = the sums of the columns of c (rows x columns, a row every cRow).
export function sumColumns(c: usize, cRow: i32, sums: usize, rows: i32, columns: i32): void {
  let j = 0
  for (; j + 4 <= columns; j += 4) {
    let sum = f32x4.splat(0)
    for (let i = 0; i < rows; i++) sum = f32x4.add(sum, v128.load(at(c, i * cRow + j)))
    v128.store(at(sums, j), sum)
  }
  for (; j < columns; j++) {
    let sum: f32 = 0
    for (let i = 0; i < rows; i++) sum += load<f32>(at(c, i * cRow + j))
    store<f32>(at(sums, j), sum)
  }
}

// A 3 x 3 convolution, bias, relu and 2 x 2 maximum of images (count x side x side), `filters` a multiple of
// 8. out: count x half x half x filters with half = (side - 2) / 2; what is left over at the edge is never
// computed. `place` takes, for each maximum, the byte offset in its image of the patch that it came from, the
// first of equals.
export function convolve(
  images: usize, kernel: usize, bias: usize, out: usize, place: usize, count: i32, side: i32, filters: i32,
): void {
  const half = (side - 2) >> 1
  const row = <usize>side << 2
  for (let n = 0; n < count; n++) {
    const image = at(images, n * side * side)
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const offset = at(0, 2 * y * side + 2 * x)
        for (let f = 0; f < filters; f += 8) {
          window(image, offset, row, at(kernel, f), at(0, filters), at(bias, f), at(out, f), at(place, f))
        }
        out = at(out, filters)
        place = at(place, filters)
      }
    }
  }
}

// The 4 neighbouring patches of one pooling window with 8 filters.
// @inline
function window(
  image: usize, offset: usize, row: usize, kernel: usize, line: usize, bias: usize, out: usize, place: usize,
): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0)
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0)
  let p = image + offset, below = p + row
  for (let dy = 0; dy < 3; dy++) {
    const end = p + 12
    while (p < end) {
      const w0 = v128.load(kernel), w1 = v128.load(kernel, 16)
      let x = v128.load32_splat(p)
      s00 = f32x4.add(s00, f32x4.mul(x, w0))
      s01 = f32x4.add(s01, f32x4.mul(x, w1))
      x = v128.load32_splat(p, 4)
      s10 = f32x4.add(s10, f32x4.mul(x, w0))
      s11 = f32x4.add(s11, f32x4.mul(x, w1))
      x = v128.load32_splat(below)
      s20 = f32x4.add(s20, f32x4.mul(x, w0))
      s21 = f32x4.add(s21, f32x4.mul(x, w1))
      x = v128.load32_splat(below, 4)
      s30 = f32x4.add(s30, f32x4.mul(x, w0))
      s31 = f32x4.add(s31, f32x4.mul(x, w1))
      kernel += line
      p += 4
      below += 4
    }
    p += row - 12
    below += row - 12
  }
  greatest(s00, s10, s20, s30, v128.load(bias), <i32>offset, <i32>row, out, place)
  greatest(s01, s11, s21, s31, v128.load(bias, 16), <i32>offset, <i32>row, out + 16, place + 16)
}

// @inline
function greatest(
  s0: v128, s1: v128, s2: v128, s3: v128, bias: v128, offset: i32, row: i32, out: usize, place: usize,
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
  v128.store(place, from)
}

// The gradient of `convolve`'s kernel and bias for `chosen` filters from `first`, an even number, from that of
// its output. Reads up to 4 bytes after the last image.
export function convolveGradient(
  images: usize, gradient: usize, place: usize, kernelGradient: usize, biasGradient: usize,
  count: i32, side: i32, filters: i32, first: i32, chosen: i32,
): void {
  const half = (side - 2) >> 1
  const positions = half * half
  const row = <usize>side << 2
  const line = <usize>filters << 2
  for (let f = first; f < first + chosen; f += 2) {
    let top0 = f32x4.splat(0), middle0 = f32x4.splat(0), bottom0 = f32x4.splat(0), sum0 = f32x4.splat(0)
    let top1 = f32x4.splat(0), middle1 = f32x4.splat(0), bottom1 = f32x4.splat(0), sum1 = f32x4.splat(0)
    let g = at(gradient, f), o = at(place, f)
    for (let n = 0; n < count; n++) {
      const image = at(images, n * side * side)
      for (let i = 0; i < positions; i++) {
        const value0 = v128.load32_splat(g)
        const p0 = image + <usize>load<i32>(o)
        top0 = f32x4.add(top0, f32x4.mul(value0, v128.load(p0)))
        middle0 = f32x4.add(middle0, f32x4.mul(value0, v128.load(p0 + row)))
        bottom0 = f32x4.add(bottom0, f32x4.mul(value0, v128.load(p0 + 2 * row)))
        sum0 = f32x4.add(sum0, value0)
        const value1 = v128.load32_splat(g, 4)
        const p1 = image + <usize>load<i32>(o, 4)
        top1 = f32x4.add(top1, f32x4.mul(value1, v128.load(p1)))
        middle1 = f32x4.add(middle1, f32x4.mul(value1, v128.load(p1 + row)))
        bottom1 = f32x4.add(bottom1, f32x4.mul(value1, v128.load(p1 + 2 * row)))
        sum1 = f32x4.add(sum1, value1)
        g += line
        o += line
      }
    }
    storeFilter(at(kernelGradient, f), line, top0, middle0, bottom0)
    storeFilter(at(kernelGradient, f + 1), line, top1, middle1, bottom1)
    store<f32>(at(biasGradient, f), f32x4.extract_lane(sum0, 0))
    store<f32>(at(biasGradient, f + 1), f32x4.extract_lane(sum1, 0))
  }
}

// @inline
function storeFilter(to: usize, line: usize, top: v128, middle: v128, bottom: v128): void {
  to = storeThree(to, line, top)
  to = storeThree(to, line, middle)
  storeThree(to, line, bottom)
}

// @inline
function storeThree(to: usize, line: usize, values: v128): usize {
  store<f32>(to, f32x4.extract_lane(values, 0))
  store<f32>(to + line, f32x4.extract_lane(values, 1))
  store<f32>(to + 2 * line, f32x4.extract_lane(values, 2))
  return to + 3 * line
}

// The optimisers as Keras 3 computes them (keras/src/optimizers). They change n weights w by their gradients
// g; n is a multiple of 4.

// alpha = rate * sqrt(1 - beta2^t) / (1 - beta1^t), move1 = 1 - beta1, move2 = 1 - beta2; `decay` is AdamW's
// weight_decay, 0 for Adam.
export function adam(
  w: usize, g: usize, m: usize, v: usize, n: i32, alpha: f32, move1: f32, move2: f32, epsilon: f32,
  decay: f32, rate: f32,
): void {
  const rest1 = f32x4.splat(move1), rest2 = f32x4.splat(move2)
  const a = f32x4.splat(alpha), e = f32x4.splat(epsilon), d = f32x4.splat(decay), r = f32x4.splat(rate)
  const end = at(w, n)
  for (; w < end; w += 16, g += 16, m += 16, v += 16) {
    const gradient = v128.load(g)
    let weight = v128.load(w), first = v128.load(m), second = v128.load(v)
    weight = f32x4.sub(weight, f32x4.mul(f32x4.mul(weight, d), r))
    first = f32x4.add(first, f32x4.mul(f32x4.sub(gradient, first), rest1))
    second = f32x4.add(second, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), second), rest2))
    v128.store(m, first)
    v128.store(v, second)
    v128.store(w, f32x4.sub(weight, f32x4.div(f32x4.mul(first, a), f32x4.add(f32x4.sqrt(second), e))))
  }
}

export function sgd(w: usize, g: usize, m: usize, n: i32, rate: f32, momentum: f32, nesterov: i32): void {
  const r = f32x4.splat(rate), keep = f32x4.splat(momentum)
  const end = at(w, n)
  for (; w < end; w += 16, g += 16, m += 16) {
    const step = f32x4.mul(v128.load(g), r)
    const moment = f32x4.sub(f32x4.mul(v128.load(m), keep), step)
    v128.store(m, moment)
    v128.store(w, f32x4.add(v128.load(w), nesterov ? f32x4.sub(f32x4.mul(moment, keep), step) : moment))
  }
}

// move = 1 - rho
export function rmsprop(
  w: usize, g: usize, v: usize, m: usize, n: i32, rate: f32, rho: f32, move: f32, momentum: f32, epsilon: f32,
): void {
  const r = f32x4.splat(rate), keep = f32x4.splat(rho), rest = f32x4.splat(move)
  const e = f32x4.splat(epsilon), push = f32x4.splat(momentum)
  const end = at(w, n)
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

export function adagrad(w: usize, g: usize, sums: usize, n: i32, rate: f32, epsilon: f32): void {
  const r = f32x4.splat(rate), e = f32x4.splat(epsilon)
  const end = at(w, n)
  for (; w < end; w += 16, g += 16, sums += 16) {
    const gradient = v128.load(g)
    const sum = f32x4.add(v128.load(sums), f32x4.mul(gradient, gradient))
    v128.store(sums, sum)
    v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(r, gradient), f32x4.sqrt(f32x4.add(sum, e)))))
  }
}
