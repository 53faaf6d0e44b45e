/** The search that compares with all rows by euclidean distance, in the kernel. Threads share the rows, and have points and neighbors of their own. */
import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { kernel, Search } from '../../wasm/kernels/neighbors.ts'
import {
  growableMemory,
  growMemory,
  MAX_MEMORY_BYTES,
  memoryLayout,
  PAGE_BYTES,
  recordAt,
} from '../../wasm/memory.ts'
import type { NeighborsModel } from './model.ts'

/** Points that are searched for in one call. */
const BATCH = 64
/** Bytes of the rows, in single precision, that all points of a batch are compared with before the next ones are. */
const CHUNK_BYTES = 2 ** 16
/** Rows of a block, and points of a tile. */
const BLOCK = 8
const TILE = 4

/** Half the distance between 1 and the next number in single precision. */
const ROUNDING = 2 ** -24
/** Squares up to this, and their sums, are finite in single precision. */
const MAX_SQUARE = 1e37

/** The training rows in memory that threads share: plain data, which can be posted. */
export type KernelRows = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly rows: number
  readonly features: number
  /** Addresses: of the rows in double precision, of their blocks in single precision, and of their halves. */
  readonly values: number
  readonly blocks: number
  readonly halves: number
}

/** Whether the kernel can search in a model's rows: by euclidean distance, and where they fit into its memory. */
export function isSearchedInKernel({ search, metric, rows }: NeighborsModel): boolean {
  return search === 'brute' && metric === 'euclidean' && 14 * rows.length < MAX_MEMORY_BYTES
}

export function kernelRows({ rows: values, featureCount: features }: NeighborsModel): KernelRows {
  const rows = values.length / features
  const filled = Math.ceil(rows / BLOCK) * BLOCK
  const layout = memoryLayout()
  const addresses = {
    values: layout.float64(rows * features),
    blocks: layout.float32(filled * features),
    halves: layout.float32(filled),
  }
  const memory = growableMemory()
  growMemory(memory, layout.end())
  new Float64Array(memory.buffer, addresses.values, values.length).set(values)
  const blocks = new Float32Array(memory.buffer, addresses.blocks, filled * features)
  const halves = new Float32Array(memory.buffer, addresses.halves, filled).fill(Number.POSITIVE_INFINITY)
  for (let row = 0; row < rows; row++) {
    pack(values, row, features, blocks, BLOCK)
    halves[row] = lowSquare(values, row, features) / 2
  }
  return { module: loadKernelSync(kernel), memory, rows, features, ...addresses }
}

/** Puts a row-major row into its block: feature f at f * width + its place in the block. */
function pack(
  values: Float64Array,
  row: number,
  features: number,
  blocks: Float32Array,
  width: number,
): void {
  const at = Math.floor(row / width) * width * features + (row % width)
  for (let f = 0; f < features; f++) blocks[at + f * width] = values[row * features + f]
}

/**
 * The square of a row, less what a product with it in single precision may be wrong by for its part: (features + 2) roundings
 * of half the squares of both (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1), and some more of what is computed
 * with it. NaN where single precision may overflow.
 */
function lowSquare(values: Float64Array, row: number, features: number): number {
  let square = 0
  for (let i = row * features; i < (row + 1) * features; i++) square += values[i] * values[i]
  return square <= MAX_SQUARE ? square * (1 - (features + 32) * ROUNDING) : Number.NaN
}

/** Neighbors of some points: those of point i from `i * neighbors` on, nearest first, with their squared distances. */
export type BatchNeighbors = { readonly rows: Int32Array; readonly distances: Float64Array }

type OpenSearch = (points: Matrix, first: number, count: number) => BatchNeighbors

/** A thread's searches: each has a part of the rows' memory for itself. */
const open = new WeakMap<KernelRows, OpenSearch>()

/**
 * Finds the neighbors of all points, some points at a time.
 *
 * @param neighbors the same for all calls with these rows.
 * @param visit gets those of `count` points from the one at `first` on. The arrays are used again for the next ones.
 */
export function searchKernel(
  rows: KernelRows,
  neighbors: number,
  points: Matrix,
  visit: (found: BatchNeighbors, first: number, count: number) => void,
): void {
  const search = open.get(rows) ?? openSearch(rows, neighbors)
  open.set(rows, search)
  for (let first = 0; first < points.rows; first += BATCH) {
    const count = Math.min(BATCH, points.rows - first)
    visit(search(points, first, count), first, count)
  }
}

function openSearch(
  { module, memory, rows, features, values, blocks, halves }: KernelRows,
  neighbors: number,
): OpenSearch {
  const layout = memoryLayout(0)
  const own = {
    points: layout.float64(BATCH * features),
    tiles: layout.float32(BATCH * features),
    squares: layout.float64(BATCH),
    bounds: layout.float32(BATCH),
    distances: layout.float64(BATCH * neighbors),
    found: layout.int32(BATCH * neighbors),
    record: layout.record(Search),
  }
  const start = memory.grow(Math.ceil(layout.end() / PAGE_BYTES)) * PAGE_BYTES
  const at = (name: keyof typeof own) => start + own[name]
  const record = at('record')
  recordAt(Search, memory, record).fill({
    ...{ features, neighbors, rows, values, blocks, halves },
    chunk: Math.max(1, Math.floor(CHUNK_BYTES / (4 * BLOCK * features))),
    points: at('points'),
    tiles: at('tiles'),
    squares: at('squares'),
    bounds: at('bounds'),
    distances: at('distances'),
    found: at('found'),
  })
  const { search } = openKernel(kernel, module, memory)
  const batch = new Float64Array(memory.buffer, at('points'), BATCH * features)
  const tiles = new Float32Array(memory.buffer, at('tiles'), BATCH * features)
  const squares = new Float64Array(memory.buffer, at('squares'), BATCH)
  const found = {
    rows: new Int32Array(memory.buffer, at('found'), BATCH * neighbors),
    distances: new Float64Array(memory.buffer, at('distances'), BATCH * neighbors),
  }
  return (points, first, count) => {
    for (let f = 0; f < features; f++) {
      for (let i = 0; i < count; i++) batch[i * features + f] = points.values[f * points.rows + first + i]
    }
    for (let i = 0; i < count; i++) {
      pack(batch, i, features, tiles, TILE)
      squares[i] = lowSquare(batch, i, features)
    }
    search(record, count)
    return found
  }
}
