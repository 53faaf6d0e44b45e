// The arithmetic of a network's layers and optimisers, in float32. Addresses are in bytes; matrices in row order.
// No relaxed instructions: the same bits on every machine.

// @inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2)
}

// c (rows x columns) = a (rows x inner) · b (inner x columns). a's element (i, k) lies at i * aRow + k * aInner, so
// that a transposed matrix needs no copy.
export function multiply(a: usize, aRow: i32, aInner: i32, b: usize, c: usize, rows: i32, inner: i32, columns: i32): void {
  const wide = columns & ~7
  let i = 0
  for (; i + 4 <= rows; i += 4) {
    for (let j = 0; j < wide; j += 8) block4x8(at(a, i * aRow), aRow, aInner, at(b, j), at(c, i * columns + j), inner, columns)
    for (let r = i; r < i + 4; r++) edge(at(a, r * aRow), aInner, b, at(c, r * columns), inner, wide, columns)
  }
  for (; i < rows; i++) edge(at(a, i * aRow), aInner, b, at(c, i * columns), inner, 0, columns)
}

function block4x8(a: usize, aRow: i32, aInner: i32, b: usize, c: usize, inner: i32, columns: i32): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0)
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0)
  let a0 = a, a1 = at(a, aRow), a2 = at(a, 2 * aRow), a3 = at(a, 3 * aRow)
  const step = <usize>aInner << 2
  const bStep = <usize>columns << 2
  for (let k = 0; k < inner; k++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let x = v128.load32_splat(a0)
    s00 = f32x4.add(s00, f32x4.mul(x, b0))
    s01 = f32x4.add(s01, f32x4.mul(x, b1))
    x = v128.load32_splat(a1)
    s10 = f32x4.add(s10, f32x4.mul(x, b0))
    s11 = f32x4.add(s11, f32x4.mul(x, b1))
    x = v128.load32_splat(a2)
    s20 = f32x4.add(s20, f32x4.mul(x, b0))
    s21 = f32x4.add(s21, f32x4.mul(x, b1))
    x = v128.load32_splat(a3)
    s30 = f32x4.add(s30, f32x4.mul(x, b0))
    s31 = f32x4.add(s31, f32x4.mul(x, b1))
    a0 += step
    a1 += step
    a2 += step
    a3 += step
    b += bStep
  }
  v128.store(c, s00)
  v128.store(c, s01, 16)
  c += bStep
  v128.store(c, s10)
  v128.store(c, s11, 16)
  c += bStep
  v128.store(c, s20)
  v128.store(c, s21, 16)
  c += bStep
  v128.store(c, s30)
  v128.store(c, s31, 16)
}

// One row of the product, columns `from` … `columns`: four at a time, then one at a time.
function edge(a: usize, aInner: i32, b: usize, c: usize, inner: i32, from: i32, columns: i32): void {
  let j = from
  for (; j + 4 <= columns; j += 4) {
    let sum = f32x4.splat(0)
    for (let k = 0; k < inner; k++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(at(a, k * aInner)), v128.load(at(b, k * columns + j))))
    }
    v128.store(at(c, j), sum)
  }
  for (; j < columns; j++) {
    let sum: f32 = 0
    for (let k = 0; k < inner; k++) sum += load<f32>(at(a, k * aInner)) * load<f32>(at(b, k * columns + j))
    store<f32>(at(c, j), sum)
  }
}

// to (columns x rows) = from (rows x columns), transposed.
export function transpose(from: usize, to: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) store<f32>(at(to, j * rows + i), load<f32>(at(from, i * columns + j)))
  }
}

// Adds the bias to every row and, where asked, cuts at zero.
export function addBias(c: usize, bias: usize, rows: i32, columns: i32, relu: i32): void {
  const zero = f32x4.splat(0)
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const p = at(c, i * columns + j)
      const sum = f32x4.add(v128.load(p), v128.load(at(bias, j)))
      v128.store(p, relu ? f32x4.pmax(zero, sum) : sum)
    }
    for (; j < columns; j++) {
      const p = at(c, i * columns + j)
      const sum = load<f32>(p) + load<f32>(at(bias, j))
      store<f32>(p, relu ? max<f32>(sum, 0) : sum)
    }
  }
}

// gradient = 0 where the activation was cut to 0.
export function reluGradient(gradient: usize, activation: usize, n: i32): void {
  for (let i = 0; i < n; i++) if (load<f32>(at(activation, i)) <= 0) store<f32>(at(gradient, i), 0)
}

// sums (columns) = the sums of the columns of c.
export function sumColumns(c: usize, sums: usize, rows: i32, columns: i32): void {
  for (let j = 0; j < columns; j++) store<f32>(at(sums, j), 0)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      store<f32>(at(sums, j), load<f32>(at(sums, j)) + load<f32>(at(c, i * columns + j)))
    }
  }
}

// The 3 x 3 patches of images (count x side x side) as rows of 9, (side-2)² a picture.
export function patches(images: usize, out: usize, count: i32, side: i32): void {
  const size = side - 2
  let to = out
  for (let n = 0; n < count; n++) {
    const image = at(images, n * side * side)
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        for (let dy = 0; dy < 3; dy++) {
          const from = at(image, (y + dy) * side + x)
          store<f32>(to, load<f32>(from))
          store<f32>(to, load<f32>(from, 4), 4)
          store<f32>(to, load<f32>(from, 8), 8)
          to += 12
        }
      }
    }
  }
}

// 2 x 2 maxima (count x half x half x channels) of count x size x size x channels; `which` takes each one's place (0 … 3).
export function maxPool(input: usize, out: usize, which: usize, count: i32, size: i32, channels: i32): void {
  const half = size >> 1
  let o = 0
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const corner = ((n * size + 2 * y) * size + 2 * x) * channels
        for (let c = 0; c < channels; c++) {
          let best = load<f32>(at(input, corner + c))
          let place = 0
          for (let q = 1; q < 4; q++) {
            const value = load<f32>(at(input, corner + ((q >> 1) * size + (q & 1)) * channels + c))
            if (value > best) {
              best = value
              place = q
            }
          }
          store<f32>(at(out, o), best)
          store<u8>(which + <usize>o, <u8>place)
          o++
        }
      }
    }
  }
}

// The gradient of maxPool's input: `gradient` of each maximum goes to where it came from, zero elsewhere.
export function maxPoolGradient(gradient: usize, which: usize, out: usize, count: i32, size: i32, channels: i32): void {
  const half = size >> 1
  memory.fill(out, 0, <usize>(count * size * size * channels) << 2)
  let o = 0
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const corner = ((n * size + 2 * y) * size + 2 * x) * channels
        for (let c = 0; c < channels; c++) {
          const q = <i32>load<u8>(which + <usize>o)
          store<f32>(at(out, corner + ((q >> 1) * size + (q & 1)) * channels + c), load<f32>(at(gradient, o)))
          o++
        }
      }
    }
  }
}

// Adam as Keras computes it: alpha = rate * sqrt(1 - beta2^t) / (1 - beta1^t). n is a multiple of 4.
export function adam(w: usize, g: usize, m: usize, v: usize, n: i32, alpha: f32, beta1: f32, beta2: f32, epsilon: f32): void {
  const one1 = f32x4.splat(<f32>1 - beta1), one2 = f32x4.splat(<f32>1 - beta2)
  const a = f32x4.splat(alpha), e = f32x4.splat(epsilon)
  const end = at(w, n)
  for (; w < end; w += 16, g += 16, m += 16, v += 16) {
    const gradient = v128.load(g)
    let first = v128.load(m), second = v128.load(v)
    first = f32x4.add(first, f32x4.mul(f32x4.sub(gradient, first), one1))
    second = f32x4.add(second, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), second), one2))
    v128.store(m, first)
    v128.store(v, second)
    v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(first, a), f32x4.add(f32x4.sqrt(second), e))))
  }
}
