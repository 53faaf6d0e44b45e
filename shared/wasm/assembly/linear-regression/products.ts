import { at64 } from '../memory/address'

/**
 * Adds to `sums` (columns x columns, row-major, the upper triangle) the sums over the rows of the products of each two
 * columns. Computed in tiles of 2 x 4 columns, whose sums stay in registers.
 *
 * @param x f64: column j, row i at j * rows + i
 * @param columns a multiple of 4
 * @param rows a multiple of 2
 */
export function addProducts(x: usize, rows: i32, columns: i32, sums: usize): void {
  const stride = (<usize>rows) << 3
  for (let i: i32 = 0; i < columns; i += 2) {
    const a = x + <usize>i * stride
    for (let j = i & ~3; j < columns; j += 4) {
      addTile(a, x + <usize>j * stride, stride, at64(sums, i * columns + j), (<usize>columns) << 3)
    }
  }
}

/** Columns a and the next with column b and the next three. */
function addTile(a: usize, b: usize, stride: usize, sums: usize, line: usize): void {
  const zero = f64x2.splat(0)
  let s00 = zero,
    s01 = zero,
    s02 = zero,
    s03 = zero
  let s10 = zero,
    s11 = zero,
    s12 = zero,
    s13 = zero
  const end = a + stride
  while (a < end) {
    const a0 = v128.load(a),
      a1 = v128.load(a + stride)
    const b0 = v128.load(b),
      b1 = v128.load(b + stride),
      b2 = v128.load(b + 2 * stride),
      b3 = v128.load(b + 3 * stride)
    s00 = f64x2.add(s00, f64x2.mul(a0, b0))
    s01 = f64x2.add(s01, f64x2.mul(a0, b1))
    s02 = f64x2.add(s02, f64x2.mul(a0, b2))
    s03 = f64x2.add(s03, f64x2.mul(a0, b3))
    s10 = f64x2.add(s10, f64x2.mul(a1, b0))
    s11 = f64x2.add(s11, f64x2.mul(a1, b1))
    s12 = f64x2.add(s12, f64x2.mul(a1, b2))
    s13 = f64x2.add(s13, f64x2.mul(a1, b3))
    a += 16
    b += 16
  }
  addTwo(sums, s00, s01)
  addTwo(sums + 16, s02, s03)
  addTwo(sums + line, s10, s11)
  addTwo(sums + line + 16, s12, s13)
}

/** Adds the lanes of p to one sum, those of q to the next. */
function addTwo(to: usize, p: v128, q: v128): void {
  const low = v128.shuffle<i64>(p, q, 0, 2),
    high = v128.shuffle<i64>(p, q, 1, 3)
  v128.store(to, f64x2.add(v128.load(to), f64x2.add(low, high)))
}
