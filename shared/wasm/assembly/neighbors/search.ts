import { at32, at64 } from '../memory/address'

/** Rows and points in memory. Points are searched for in tiles of four, rows looked at in blocks of eight. */
@unmanaged
export class Search {
  features: i32
  neighbors: i32
  /** Rows, and how many blocks are looked at for all points before the next ones are: they stay in the cache. */
  rows: i32
  chunk: i32
  /** f64, row-major: the rows. */
  values: usize
  /** f32: feature f of row r of a block at f * 8 + r of it. */
  blocks: usize
  /** f32, per row: half of its square, less what single precision may be wrong by; NaN where that cannot be said. Of the rows that fill the last block infinity. */
  halves: usize
  /** f64, row-major: the points. */
  points: usize
  /** f32: feature f of point q of a tile at f * 4 + q of it. */
  tiles: usize
  /** f64, per point: its square, less what single precision may be wrong by. */
  squares: usize
  /** f32, per point: the least product with a row that may be a neighbor, less the row's half. */
  bounds: usize
  /** f64 and i32, `neighbors` per point: the squared distances, ascending, and the rows. */
  distances: usize
  found: usize
}

/** A bound stays below the exact one by this share of the distance, and by this much, whatever is rounded. */
const SHARE: f64 = 1.0 + 1.0 / 1048576.0
const UNDERFLOW: f64 = 1e-36

/** Finds the neighbors of the first `points` of the points. Of rows that are equally far the first ones count. */
export function search(s: Search, points: i32): void {
  const neighbors = s.neighbors
  for (let i: i32 = 0; i < points * neighbors; i++) store<f64>(at64(s.distances, i), Infinity)
  const filled = (points + 3) & ~3
  for (let p: i32 = 0; p < filled; p++) store<f32>(at32(s.bounds, p), p < points ? -Infinity : Infinity)
  const blocks = (s.rows + 7) >> 3
  for (let first: i32 = 0; first < blocks; first += s.chunk) {
    const end = min(first + s.chunk, blocks)
    for (let point: i32 = 0; point < points; point += 4) {
      for (let block = first; block < end; block++) compare(s, point, block)
    }
  }
}

/** Compares four points with eight rows. */
function compare(s: Search, point: i32, block: i32): void {
  const features = s.features
  let x = at32(s.blocks, 8 * block * features)
  let t = at32(s.tiles, point * features)
  let a0 = f32x4.splat(0),
    a1 = a0,
    b0 = a0,
    b1 = a0,
    c0 = a0,
    c1 = a0,
    d0 = a0,
    d1 = a0
  for (let f: i32 = 0; f < features; f++) {
    const x0 = v128.load(x),
      x1 = v128.load(x, 16)
    const a = v128.load32_splat(t),
      b = v128.load32_splat(t, 4),
      c = v128.load32_splat(t, 8),
      d = v128.load32_splat(t, 12)
    a0 = f32x4.relaxed_madd(a, x0, a0)
    a1 = f32x4.relaxed_madd(a, x1, a1)
    b0 = f32x4.relaxed_madd(b, x0, b0)
    b1 = f32x4.relaxed_madd(b, x1, b1)
    c0 = f32x4.relaxed_madd(c, x0, c0)
    c1 = f32x4.relaxed_madd(c, x1, c1)
    d0 = f32x4.relaxed_madd(d, x0, d0)
    d1 = f32x4.relaxed_madd(d, x1, d1)
    x += 32
    t += 16
  }
  const row = 8 * block
  const bounds = at32(s.bounds, point)
  const h0 = v128.load(at32(s.halves, row)),
    h1 = v128.load(at32(s.halves, row), 16)
  const a = near(a0, a1, h0, h1, v128.load32_splat(bounds)),
    b = near(b0, b1, h0, h1, v128.load32_splat(bounds, 4)),
    c = near(c0, c1, h0, h1, v128.load32_splat(bounds, 8)),
    d = near(d0, d1, h0, h1, v128.load32_splat(bounds, 12))
  if ((a | b | c | d) === 0) return
  if (a !== 0) take(s, point, row, a)
  if (b !== 0) take(s, point + 1, row, b)
  if (c !== 0) take(s, point + 2, row, c)
  if (d !== 0) take(s, point + 3, row, d)
}

/** A bit for each of the eight rows that may be a neighbor: also for one whose product is no number. */
function near(p0: v128, p1: v128, h0: v128, h1: v128, bound: v128): i32 {
  const far0 = i32x4.bitmask(f32x4.lt(p0, f32x4.add(h0, bound)))
  const far1 = i32x4.bitmask(f32x4.lt(p1, f32x4.add(h1, bound)))
  return (far0 | (far1 << 4)) ^ 255
}

/** Puts those of the eight rows from `first` on that are nearer than the point's last neighbor among its neighbors. */
function take(s: Search, point: i32, first: i32, mask: i32): void {
  const features = s.features
  const last = s.neighbors - 1
  const distances = at64(s.distances, point * s.neighbors)
  const found = at32(s.found, point * s.neighbors)
  const p = at64(s.points, point * features)
  let isNearer = false
  for (let left = mask; left !== 0; left &= left - 1) {
    const row = first + ctz(left)
    if (row >= s.rows) break
    const limit = load<f64>(at64(distances, last))
    const distance = squaredDistance(p, at64(s.values, row * features), features, limit)
    if (!(distance < limit)) continue
    let place = last
    for (; place > 0 && load<f64>(at64(distances, place - 1)) > distance; place--) {
      store<f64>(at64(distances, place), load<f64>(at64(distances, place - 1)))
      store<i32>(at32(found, place), load<i32>(at32(found, place - 1)))
    }
    store<f64>(at64(distances, place), distance)
    store<i32>(at32(found, place), row)
    isNearer = true
  }
  if (!isNearer) return
  const limit = load<f64>(at64(distances, last))
  const bound = 0.5 * (load<f64>(at64(s.squares, point)) - SHARE * limit) - UNDERFLOW
  store<f32>(at32(s.bounds, point), <f32>bound)
}

/** Added up in the order of the features; any number above the limit where it is above it. */
function squaredDistance(a: usize, b: usize, features: i32, limit: f64): f64 {
  let sum: f64 = 0
  for (let f: i32 = 0; f < features; f++) {
    const difference = load<f64>(at64(a, f)) - load<f64>(at64(b, f))
    sum += difference * difference
    if (sum > limit) return sum
  }
  return sum
}
