import type { OwnedTable } from '../data/table.ts'
import { tableFromRecords } from '../data/table-from-records.ts'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { parseJson } from './exact-json.ts'
import { arrayElements } from './json-array.ts'
import { type Limits, withinLimits } from './limits.ts'

/** An object on each line, or one array of objects. */
export type JsonFormat = 'json lines' | 'json array'

/** The kind of JSON that a text starts with, or undefined. */
export function jsonFormatOf(head: Buffer): JsonFormat | undefined {
  const start = head.toString('latin1').trimStart()
  if (start.startsWith('{')) return 'json lines'
  return /^\[\s*[{\]["]/.test(start) ? 'json array' : undefined
}

/**
 * Reads JSON lines or a JSON array: a column per key of the objects. Blank lines do not count.
 *
 * @throws JobError that names the line or the element, if one is not an object, or if the file exceeds the limits.
 */
export async function readJson(
  chunks: AsyncIterable<Buffer>,
  format: JsonFormat,
  limits: Limits,
): Promise<OwnedTable> {
  return tableFromRecords(jsonRecords(chunks, format, limits))
}

/** The objects, one after the other. Throws as `readJson` does. */
export async function* jsonRecords(chunks: AsyncIterable<Buffer>, format: JsonFormat, limits: Limits) {
  const unit = format === 'json lines' ? 'Line' : 'Element'
  const maxLength = limits.fieldBytes + 1024 * 1024
  const text = decodedText(chunks, limits)
  const values = format === 'json lines' ? lines(text, maxLength) : arrayElements(text, maxLength)
  let rows = 0
  let number = 0
  async function* records() {
    let first: Record<string, unknown> | undefined
    for await (const value of values) {
      number++
      if (format === 'json lines' && value.trim() === '') continue
      rows++
      const record = parsed(value, `${unit} ${number}`)
      if (rows === 1) {
        first = record
        continue
      }
      if (first !== undefined) yield first
      first = undefined
      yield record
    }
    if (first === undefined) return
    refuseNested(first)
    yield first
  }
  yield* withinLimits(records(), limits, () => `${unit} ${number}`)
  if (rows === 0) {
    throw new JobError(
      'dataset_empty',
      `The dataset is empty: it needs a JSON object ${format === 'json lines' ? 'on each line' : 'for each row'}.`,
    )
  }
}

/** A table that is one object: of columns, or around the rows. */
function refuseNested(only: Record<string, unknown>): void {
  const nested = Object.entries(only).find(([, value]) => typeof value === 'object' && value !== null)
  if (nested === undefined) return
  const [name, value] = nested
  throw new JobError(
    'dataset_unreadable',
    `The dataset is one JSON object, in which ${quote(name)} is ${Array.isArray(value) ? 'an array' : 'an object'}: write an object for each row, on a line of its own or in one array (pandas: to_json(path, orient="records", lines=True)).`,
  )
}

async function* lines(text: AsyncIterable<string>, maxLength: number): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of text) {
    const whole = (rest + piece).split('\n')
    rest = whole.pop() ?? ''
    yield* whole
    if (rest.length > maxLength) {
      throw new JobError(
        'dataset_too_large',
        `A line of the dataset has more than ${maxLength} characters, which is the limit.`,
      )
    }
  }
  if (rest !== '') yield rest
}

async function* decodedText(chunks: AsyncIterable<Buffer>, limits: Limits): AsyncGenerator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > limits.fileBytes) {
      throw new JobError(
        'dataset_too_large',
        `The dataset is larger than ${limits.fileBytes} bytes once it is unpacked, which is the limit.`,
      )
    }
    yield decoded(utf8, chunk)
  }
  yield decoded(utf8)
}

/** The chunk's text; without a chunk, the incomplete character left at the end, if any. */
function decoded(utf8: TextDecoder, chunk?: Buffer): string {
  try {
    return utf8.decode(chunk, { stream: chunk !== undefined })
  } catch (error) {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is not UTF-8 text: name its encoding in csv.encoding, or save it as UTF-8.',
      { cause: error },
    )
  }
}

/** @param where names the line or the element. */
function parsed(text: string, where: string): Record<string, unknown> {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new JobError(
      'dataset_unreadable',
      `${where} of the dataset is not JSON (${reason}): write an object on each line, or one array of objects.`,
      { cause: error },
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JobError(
      'dataset_unreadable',
      `${where} of the dataset is not a JSON object with a value per column: write each row as {"a": 1.5, "b": "x"}.`,
    )
  }
  return Object.fromEntries(Object.entries(value))
}
