import type { OwnedTable } from '../data/table.ts'
import { tableFromRecords } from '../data/table-from-records.ts'
import { JobError } from '../errors/job-error.ts'
import { parseJson } from './exact-json.ts'
import { type Limits, withinLimits } from './limits.ts'

/**
 * Reads JSON lines: an object per line, a column per key. Blank lines do not count.
 *
 * @throws JobError that names the line, if one is not an object, or if the file exceeds the limits.
 */
export async function readJsonLines(chunks: AsyncIterable<Buffer>, limits: Limits): Promise<OwnedTable> {
  return tableFromRecords(jsonRecords(chunks, limits))
}

/** The objects of JSON lines, one after the other. Throws as `readJsonLines` does. */
export async function* jsonRecords(chunks: AsyncIterable<Buffer>, limits: Limits) {
  let rows = 0
  let number = 0
  async function* records() {
    for await (const line of lines(chunks, limits)) {
      number++
      if (line.trim() === '') continue
      rows++
      yield parsed(line, number)
    }
  }
  yield* withinLimits(records(), limits, () => `Line ${number}`)
  if (rows === 0)
    throw new JobError('dataset_empty', 'The dataset is empty: it needs a JSON object on each line.')
}

async function* lines(chunks: AsyncIterable<Buffer>, limits: Limits): AsyncGenerator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  const maxLength = limits.fieldBytes + 1024 * 1024
  let rest = ''
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > limits.fileBytes) {
      throw new JobError(
        'dataset_too_large',
        `The dataset is larger than ${limits.fileBytes} bytes once it is unpacked, which is the limit.`,
      )
    }
    const whole = (rest + decoded(utf8, chunk)).split('\n')
    rest = whole.pop() ?? ''
    yield* whole
    if (rest.length > maxLength) {
      throw new JobError(
        'dataset_too_large',
        `A line of the dataset has more than ${maxLength} characters, which is the limit.`,
      )
    }
  }
  rest += decoded(utf8)
  if (rest !== '') yield rest
}

/** The chunk's text; without a chunk, what was left of the last, which is nothing when it ended whole. */
function decoded(utf8: TextDecoder, chunk?: Buffer): string {
  try {
    return utf8.decode(chunk, { stream: chunk !== undefined })
  } catch (error) {
    throw new JobError(
      'dataset_unreadable',
      'The dataset is not UTF-8 text: save the file as UTF-8 and send it again.',
      {
        cause: error,
      },
    )
  }
}

function parsed(line: string, number: number): Record<string, unknown> {
  let value: unknown
  try {
    value = parseJson(line)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new JobError('dataset_unreadable', `Line ${number} of the dataset is not JSON (${reason}).`, {
      cause: error,
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JobError(
      'dataset_unreadable',
      `Line ${number} of the dataset is not a JSON object with a value per column.`,
    )
  }
  return Object.fromEntries(Object.entries(value))
}
