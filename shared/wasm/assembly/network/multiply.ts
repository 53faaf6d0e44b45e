/** The product of two matrices of f32, cut into tiles that stay in registers and packed columns that stay in the L1 cache. */
import { at32 } from '../memory/address'
import { multiplyAdd32 } from '../simd/multiply-add'

/** Terms of a sum that are taken at a time. */
const TERMS: i32 = 256
/** Packed columns: they stay in the L1 cache while all rows pass. */
const PACKED_BYTES: i32 = 16384

/** Room that `multiply` needs at `scratch`: the packed columns, 4 packed rows, a tile of 4 x 8. */
export const SCRATCH_BYTES: i32 = PACKED_BYTES + TERMS * 16 + 128

/**
 * c (rows x columns, a row every cRow) = a (rows x inner) · b (inner x columns). Element (i, k) of a lies at
 * i * aRow + k * aInner, element (k, j) of b at k * bInner + j * bColumn; one stride of each is 1. Blocked
 * and packed as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS
 * 34(3), 2008.
 */
export function multiply(
  a: usize,
  aRow: i32,
  aInner: i32,
  b: usize,
  bInner: i32,
  bColumn: i32,
  c: usize,
  cRow: i32,
  rows: i32,
  inner: i32,
  columns: i32,
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
        const eight = at32(b, first * bInner + j * bColumn)
        pack8(eight, bInner, bColumn, scratch + (((j - from) * terms) << 2), terms, min(8, columns - j))
      }
      for (let i = 0; i < rows; i += 4) {
        const height = min(4, rows - i)
        let four = at32(a, i * aRow + first * aInner)
        let step = (<usize>aInner) << 2
        if (height < 4 || aRow != 1) {
          pack4(four, aRow, aInner, packedRows, terms, height)
          four = packedRows
          step = 16
        }
        for (let j = from; j < to; j += 8) {
          const width = min(8, columns - j)
          const packed = scratch + (((j - from) * terms) << 2)
          const corner = at32(c, i * cRow + j)
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
    for (let j = 0; j < width; j++)
      store<f32>(at32(to, i * toRow + j), load<f32>(at32(from, i * fromRow + j)))
  }
}

/** `width` columns as `terms` lines of 8, zeros after the last column. */
function pack8(b: usize, bInner: i32, bColumn: i32, to: usize, terms: i32, width: i32): void {
  if (width < 8) {
    for (let k = 0; k < terms; k++) {
      for (let j = 0; j < 8; j++) {
        store<f32>(at32(to, k * 8 + j), j < width ? load<f32>(at32(b, k * bInner + j * bColumn)) : 0)
      }
    }
  } else if (bColumn == 1) {
    const step = (<usize>bInner) << 2
    for (let k = 0; k < terms; k++, b += step, to += 32) {
      v128.store(to, v128.load(b))
      v128.store(to, v128.load(b, 16), 16)
    }
  } else {
    transpose4(b, bColumn, to, 8, terms)
    transpose4(at32(b, 4 * bColumn), bColumn, to + 16, 8, terms)
  }
}

/** `height` rows as `terms` lines of 4, zeros after the last row. */
function pack4(a: usize, aRow: i32, aInner: i32, to: usize, terms: i32, height: i32): void {
  if (height < 4) {
    for (let k = 0; k < terms; k++) {
      for (let i = 0; i < 4; i++) {
        store<f32>(at32(to, k * 4 + i), i < height ? load<f32>(at32(a, i * aRow + k * aInner)) : 0)
      }
    }
  } else if (aRow == 1) {
    const step = (<usize>aInner) << 2
    for (let k = 0; k < terms; k++, a += step, to += 16) v128.store(to, v128.load(a))
  } else {
    transpose4(a, aRow, to, 4, terms)
  }
}

/** 4 rows of `terms` consecutive numbers become `terms` lines of 4, a line every toLine. */
function transpose4(a: usize, aRow: i32, to: usize, toLine: i32, terms: i32): void {
  let a0 = a,
    a1 = at32(a, aRow),
    a2 = at32(a, 2 * aRow),
    a3 = at32(a, 3 * aRow)
  const line = (<usize>toLine) << 2
  let k = 0
  for (; k + 4 <= terms; k += 4) {
    const r0 = v128.load(a0),
      r1 = v128.load(a1),
      r2 = v128.load(a2),
      r3 = v128.load(a3)
    const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5),
      high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
    const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5),
      high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
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

/**
 * A tile of 4 x 8 from 4 rows side by side, a term every aStep bytes, and packed columns, on top of what is
 * there where `more`.
 */
function multiplyTile(a: usize, aStep: usize, b: usize, c: usize, cRow: i32, terms: i32, more: bool): void {
  const step = (<usize>cRow) << 2
  const c1 = c + step,
    c2 = c1 + step,
    c3 = c2 + step
  let s00 = f32x4.splat(0),
    s01 = f32x4.splat(0),
    s10 = f32x4.splat(0),
    s11 = f32x4.splat(0)
  let s20 = f32x4.splat(0),
    s21 = f32x4.splat(0),
    s30 = f32x4.splat(0),
    s31 = f32x4.splat(0)
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
  const end = b + ((<usize>terms) << 5)
  while (b < end) {
    const b0 = v128.load(b),
      b1 = v128.load(b, 16)
    let x = v128.load32_splat(a)
    s00 = multiplyAdd32(x, b0, s00)
    s01 = multiplyAdd32(x, b1, s01)
    x = v128.load32_splat(a, 4)
    s10 = multiplyAdd32(x, b0, s10)
    s11 = multiplyAdd32(x, b1, s11)
    x = v128.load32_splat(a, 8)
    s20 = multiplyAdd32(x, b0, s20)
    s21 = multiplyAdd32(x, b1, s21)
    x = v128.load32_splat(a, 12)
    s30 = multiplyAdd32(x, b0, s30)
    s31 = multiplyAdd32(x, b1, s31)
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
