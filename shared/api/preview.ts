/** What a dataset's file looks like, for people who choose a target: its columns, and its first rows. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { z } from '@hono/zod-openapi'
import type { Column, Table } from '../data/table.ts'
import type { Bucket } from '../storage/bucket.ts'
import { limitsFor } from '../tabular/limits.ts'
import { readTable } from '../tabular/read-table.ts'
import type { cell, preview } from './schemas.ts'

export type Preview = Omit<z.infer<typeof preview>, 'name'>
type Cell = z.infer<typeof cell>

/** Of a larger text file the beginning is read. */
const MAX_BYTES = 4 * 2 ** 20
/** Of files that cannot be cut: compressed ones, JSON arrays, Parquet. */
const MAX_WHOLE_BYTES = 64 * 2 ** 20
const MAX_VALUES = 20
const LF = 10

/** @returns undefined where there is no such object. Throws JobError for one that is no table. */
export async function previewDataset(
  bucket: Bucket,
  key: string,
  rows: number,
  memoryBytes: number,
): Promise<Preview | undefined> {
  const body = await bucket.stream(key)
  if (body === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-preview-'))
  try {
    const file = join(folder, 'data')
    const head = { isPartial: false }
    await pipeline(beginning(body, head), createWriteStream(file))
    const { table, warnings } = await readTable(file, limitsFor(memoryBytes), 1)
    return {
      rows: table.rows,
      is_partial: head.isPartial,
      columns: table.columns.map(describeColumn),
      head: Array.from({ length: Math.min(rows, table.rows) }, (_, i) => rowOf(table, i)),
      warnings: [...warnings],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The whole lines of the first megabytes of a text; all of another file. */
async function* beginning(body: AsyncIterable<Buffer>, head: { isPartial: boolean }): AsyncGenerator<Buffer> {
  let bytes = 0
  let isText: boolean | undefined
  for await (const chunk of body) {
    isText ??= looksLikeLines(chunk)
    const room = (isText ? MAX_BYTES : MAX_WHOLE_BYTES) - bytes
    if (chunk.length <= room) {
      bytes += chunk.length
      yield chunk
      continue
    }
    head.isPartial = true
    const fitting = chunk.subarray(0, room)
    if (isText) yield fitting.subarray(0, fitting.lastIndexOf(LF) + 1)
    return
  }
}

/** Of CSV and JSON lines any number of lines is a file of its own. */
function looksLikeLines(chunk: Buffer): boolean {
  const isBinary = chunk
    .subarray(0, 1000)
    .some((byte) => byte === 0 || (byte < 32 && ![9, 10, 13].includes(byte)))
  return !isBinary && !chunk.toString('latin1', 0, 1000).trimStart().startsWith('[')
}

function describeColumn(column: Column): Preview['columns'][number] {
  return column.kind === 'number' ? describeNumbers(column) : describeTexts(column)
}

function describeNumbers({ name, dtype, values }: Extract<Column, { kind: 'number' }>) {
  const distinct = new Set<number>()
  let missing = 0
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  let sum = 0
  for (const value of values) {
    if (Number.isNaN(value)) {
      missing++
      continue
    }
    distinct.add(value)
    minimum = Math.min(minimum, value)
    maximum = Math.max(maximum, value)
    sum += value
  }
  const count = values.length - missing
  const range = Number.isFinite(sum) && count > 0 ? { minimum, maximum, mean: sum / count } : {}
  return { name, type: dtype, missing, distinct: distinct.size, ...range }
}

function describeTexts({ name, categories, codes }: Extract<Column, { kind: 'text' }>) {
  const counts = new Float64Array(categories.length)
  let missing = 0
  for (const code of codes) {
    if (code < 0) missing++
    else counts[code]++
  }
  const values = categories
    .map((value, k) => ({ value, rows: counts[k] }))
    .sort((a, b) => b.rows - a.rows)
    .slice(0, MAX_VALUES)
  return { name, type: 'text' as const, missing, distinct: categories.length, values }
}

function rowOf({ columns }: Table, row: number): Cell[] {
  return columns.map((column) => {
    if (column.kind === 'text') return column.categories[column.codes[row]] ?? null
    const value = column.values[row]
    if (!Number.isFinite(value)) return null
    return column.dtype === 'bool' ? value === 1 : value
  })
}
