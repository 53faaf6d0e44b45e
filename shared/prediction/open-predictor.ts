/** Predictions on all threads. Every row is predicted by itself, so the threads never change a bit of the result. */
import type { Prediction } from '../algorithms/algorithm.ts'
import type { PredictOn, Restored } from '../algorithms/descriptor.ts'
import { column, type Matrix, zeros } from '../data/matrix.ts'
import type { Task } from '../data/task.ts'
import { type Features, stretchesOf } from '../disk/disk-matrix.ts'
import { inOrder } from '../threads/in-order.ts'
import { startThreads, type Threads } from '../threads/thread-pool.ts'

/** Is told that some rows more are predicted. */
type Watch = (rows: number) => void

/** Is told how many of all rows are predicted. What it throws ends the predictions. */
export type WatchAll = (done: number, all: number) => void

export type RowPredictor<T extends Task> = {
  /** How many batches may be asked for at the same time, so that no thread waits for the next one. */
  readonly ahead: number
  /** Predicts the rows of a batch, on one thread. */
  predictBatch(features: Matrix): Promise<Prediction<T>>
  /** Predicts any number of rows, on all threads. @param watch is told of every piece; what it throws ends the predictions. */
  predict(features: Matrix, watch?: Watch): Promise<Prediction<T>>
  /** Ends the threads. */
  close(): Promise<void>
}

/** Milliseconds of predictions on this thread before others are started, which takes about as long. */
const PATIENCE_MS = 50
/** A piece's rows are a multiple of this, as algorithms take rows in blocks. */
const BLOCK_ROWS = 256
/** A piece has at most so many blocks, enough to walk down a large tree while it is in the cache, and so many values. */
const MAX_BLOCKS = 256
const MAX_VALUES = 2 ** 21
/** A piece of more than one block takes no longer than this, about, so that predictions can be ended. */
const PIECE_MS = 1000

/**
 * Opens a model for predictions on up to `threads` threads. Few rows are predicted on this one; when that takes
 * longer, threads are started, and this one is free for other work.
 */
export function openPredictor<T extends Task>(
  model: Restored<T>,
  threads: number,
  patienceMs = PATIENCE_MS,
): RowPredictor<T> {
  const { shareWith } = model
  let spent = 0
  let others: Others<T> | undefined
  const ahead = 2 * threads
  const buffers: Float64Array[] = []

  async function predictBatch(features: Matrix): Promise<Prediction<T>> {
    if (threads > 1 && spent > patienceMs && shareWith !== undefined) {
      others ??= startOthers(threads, shareWith)
      return others.predict(features)
    }
    const begun = performance.now()
    const prediction = model.predict(features)
    spent += performance.now() - begun
    return prediction
  }

  return {
    ahead,
    predictBatch,
    async predict(features, watch) {
      const isWhole = threads === 1 && watch === undefined
      if (isWhole || features.rows <= BLOCK_ROWS || shareWith === undefined) return predictBatch(features)
      const pace = { rowMs: 0 }
      const begun = performance.now()
      let done = 0
      const work = async ({ first, count }: Piece) => {
        const buffer = bufferFor(count * features.columns, buffers)
        const prediction = await predictBatch(rowsOf(features, first, count, buffer))
        buffers.push(buffer)
        done += count
        pace.rowMs = (performance.now() - begun) / done
        watch?.(count)
        return prediction
      }
      const pieces = await Array.fromAsync(inOrder(piecesOf(features, threads, pace), ahead, work))
      return ofTask(model.task, joined(pieces))
    },
    close: async () => others?.close(),
  }
}

/**
 * Predicts several matrices of rows with one model, and ends the threads. Of those in a file some rows are read at a time.
 *
 * @param watch of an algorithm that shares its model with threads: the others take no time that counts.
 */
export async function predictAll<T extends Task>(
  model: Restored<T>,
  parts: readonly Features[],
  threads: number,
  watch?: WatchAll,
): Promise<Prediction<T>[]> {
  const predictor = openPredictor(model, threads)
  const all = parts.reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  const watchPiece: Watch | undefined =
    watch &&
    ((rows) => {
      done += rows
      watch(done, all)
    })
  try {
    return await Array.fromAsync(parts, async (features) => {
      if ('values' in features) return predictor.predict(features, watchPiece)
      const pieces = await Array.fromAsync(stretchesOf(features), ({ matrix }) =>
        predictor.predict(matrix, watchPiece),
      )
      return ofTask(model.task, joined(pieces))
    })
  } finally {
    await predictor.close()
  }
}

type Others<T extends Task> = { predict(features: Matrix): Promise<Prediction<T>>; close(): Promise<void> }

/** Threads that share the model; the next rows go to the one with the least to do. */
function startOthers<T extends Task>(
  count: number,
  shareWith: (threads: Threads) => PredictOn<T>,
): Others<T> {
  const threads = startThreads(count)
  const predictOn = shareWith(threads)
  const waiting = new Int32Array(count)
  return {
    async predict(features) {
      const thread = waiting.indexOf(Math.min(...waiting))
      waiting[thread]++
      try {
        return await predictOn(thread, features)
      } finally {
        waiting[thread]--
      }
    },
    close: threads.close,
  }
}

type Piece = { readonly first: number; readonly count: number }

/** Cuts the rows into pieces of a few each: small ones first, which show how long it takes, and last, so that all threads end together. */
function* piecesOf(
  { rows, columns }: Matrix,
  threads: number,
  pace: { readonly rowMs: number },
): Generator<Piece> {
  const most = Math.min(MAX_BLOCKS, Math.max(1, Math.floor(MAX_VALUES / columns / BLOCK_ROWS)))
  let blocks = 1
  for (let first = 0; first < rows; ) {
    const share = Math.ceil((rows - first) / (2 * threads) / BLOCK_ROWS)
    const count = Math.min(Math.min(blocks, share) * BLOCK_ROWS, rows - first)
    yield { first, count }
    first += count
    const inTime = Math.max(1, Math.floor(PIECE_MS / pace.rowMs / BLOCK_ROWS))
    blocks = Math.min(2 * blocks, most, inTime)
  }
}

/** Takes a buffer of at least so many values out of `spare`, or makes one in memory that threads can share. */
function bufferFor(values: number, spare: Float64Array[]): Float64Array {
  const at = spare.findIndex(({ length }) => length >= values)
  if (at >= 0) return spare.splice(at, 1)[0]
  spare.shift()
  return zeros(values, 1).values
}

/** A copy of some rows, in a buffer that is used again: the collector leaves shared memory for a long time. */
function rowsOf(features: Matrix, first: number, count: number, buffer: Float64Array): Matrix {
  const { columns } = features
  const part = { rows: count, columns, values: buffer.subarray(0, count * columns) }
  for (let j = 0; j < columns; j++) column(part, j).set(column(features, j).subarray(first, first + count))
  return part
}

/** The predictions of all rows from those of their pieces. */
function joined(pieces: readonly Prediction<Task>[]): Prediction<Task> {
  const numbers = pieces.flatMap((piece) => ('values' in piece ? [piece.values] : []))
  if (numbers.length > 0) return { values: concatenated(numbers) }
  const parts = pieces.flatMap((piece) => ('classes' in piece ? [piece] : []))
  const probabilities = parts.flatMap((part) => part.probabilities ?? [])
  const decision = parts.flatMap((part) => part.decision ?? [])
  return {
    classes: Int32Array.from(concatenated(parts.map(({ classes }) => classes))),
    ...(probabilities.length > 0 && { probabilities: concatenated(probabilities) }),
    ...(decision.length > 0 && { decision: concatenated(decision) }),
  }
}

function concatenated(parts: readonly ArrayLike<number>[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let next = 0
  for (const part of parts) {
    whole.set(part, next)
    next += part.length
  }
  return whole
}

function ofTask<T extends Task>(task: T, prediction: Prediction<Task>): Prediction<T> {
  if (isOfTask(task, prediction)) return prediction
  throw new TypeError(`A thread did not predict what a ${task} has.`)
}

function isOfTask<T extends Task>(
  task: T,
  prediction: Prediction<Task>,
): prediction is Prediction<Task> & Prediction<T> {
  return 'values' in prediction === (task === 'regression')
}
