import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultLimits } from '../../shared/tabular/limits.ts'
import { pieceBytes } from '../../shared/tabular/number-pieces.ts'
import { readCsv } from '../../shared/tabular/read-csv.ts'
import { readNumbers } from '../../shared/tabular/read-numbers.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function inNumbers(csv: string, threads = 1, limits = defaultLimits) {
  const path = join(folder, 'data.csv')
  await writeFile(path, csv)
  return readNumbers(path, Buffer.byteLength(csv), limits, threads)
}

async function inStream(csv: string) {
  const bytes = Buffer.from(csv)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 2 ** 20) chunks.push(bytes.subarray(at, at + 2 ** 20))
  return (await readCsv(() => Readable.from(chunks), 0, defaultLimits)).table
}

const words = [
  '',
  'NA',
  'nan',
  'inf',
  '-Infinity',
  '1e400',
  '-0',
  '-0.0',
  '1e-7',
  '.5',
  '5.',
  '+3',
  ' 7 ',
  '\t8',
]
const field = fc.oneof(
  { arbitrary: fc.integer().map(String), weight: 4 },
  { arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), weight: 4 },
  {
    arbitrary: fc
      .tuple(fc.boolean(), fc.nat(10 ** 9), fc.nat(10 ** 9), fc.nat(9))
      .map(
        ([minus, whole, part, length]) =>
          `${minus ? '-' : ''}${whole}.${String(part).padStart(9, '0').slice(0, length)}`,
      ),
    weight: 8,
  },
  { arbitrary: fc.constantFrom(...words), weight: 1 },
)
const odd = fc.constantFrom(
  'x',
  '-',
  '.',
  '1.2.3',
  '1e',
  '"4"',
  '0x1',
  '--1',
  'é',
  '1\r2',
  '\r',
  '1 2',
  'NAN',
  '\0',
)

/** A table of numbers, at times with something else in it: a short or long row, a blank line, a text. */
const csv = fc
  .record({
    columns: fc.integer({ min: 1, max: 6 }),
    end: fc.constantFrom('\n', '\r\n'),
    closed: fc.boolean(),
    rows: fc.array(fc.array(field, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 12 }),
    spoil: fc.oneof(
      { arbitrary: fc.constant(null), weight: 2 },
      { arbitrary: fc.tuple(fc.nat(11), fc.nat(5), odd), weight: 1 },
    ),
    blank: fc.boolean(),
  })
  .map(({ columns, end, closed, rows, spoil, blank }) => {
    const cells = rows.map((row) => row.slice(0, columns))
    if (spoil !== null) cells[spoil[0] % cells.length][spoil[1] % columns] = spoil[2]
    const names = Array.from({ length: columns }, (_, j) => `c${j}`)
    const lines = [names, ...cells].map((row) => row.join(','))
    if (blank && spoil !== null) lines.splice(1 + (spoil[0] % cells.length), 0, '')
    return lines.join(end) + (closed ? end : '')
  })

test('what it reads is what the streaming reader reads; the rest it leaves to it', async () => {
  let read = 0
  await fc.assert(
    fc.asyncProperty(csv, async (text) => {
      const table = await inNumbers(text)
      if (table === undefined) return
      read++
      expect(table).toEqual(await inStream(text))
    }),
    { numRuns: 600 },
  )
  expect(read).toBeGreaterThan(200)
})

describe('a file of many pieces', () => {
  /** Rows of varying length, so that pieces end at every place in a record. */
  const rows = Array.from({ length: 120_000 }, (_, i) => {
    const x = Math.sin(i)
    return `${i},${x.toFixed(i % 7)},${i % 11 === 0 ? '' : -x * 10 ** (i % 13)},${i % 3}`
  })
  const text = `\ufeffid,"x,y",z,class\n${rows.join('\n')}\n`

  test('gives the same columns on one thread, on three, and in the stream', async () => {
    expect(text.length).toBeGreaterThan(3 * pieceBytes)
    const alone = await inNumbers(text, 1)
    expect(alone).toEqual(await inNumbers(text, 3))
    expect(alone).toEqual(await inStream(text))
    expect(alone?.columns.map((column) => column.kind === 'number' && column.dtype)).toEqual([
      'int',
      'float',
      'float',
      'int',
    ])
  })
  test.each([-2, -1, 0, 1, 2])('that ends %i bytes from the end of a piece loses no row', async (shift) => {
    const header = 'a,b\n'
    const line = '12345,1.5\n'
    const count = Math.floor((2 * pieceBytes - header.length) / line.length) - 1
    const whole = header + line.repeat(count)
    const last = `${'7'.repeat(2 * pieceBytes + shift - whole.length - 3)},8`
    for (const end of ['', '\n']) {
      const table = await inNumbers(whole + last + end, 2)
      expect(table?.rows).toBe(count + 1)
      expect(table?.columns[1].kind === 'number' && table.columns[1].values.at(-1)).toBe(8)
    }
  })
  test('is left alone when its last field is text, and refused above the limits', async () => {
    expect(await inNumbers(`${text}1,2,3,x\n`, 2)).toBeUndefined()
    await expect(inNumbers(text, 2, { ...defaultLimits, cells: 1000 })).rejects.toThrow(
      /more than 1000 values/,
    )
  })
  test('is left alone when a record is longer than what follows a piece', async () => {
    const wide = 90_000
    const names = Array.from({ length: wide }, (_, j) => `c${j}`).join(',')
    const line = Array.from({ length: wide }, (_, j) => j % 10).join(',')
    expect(await inNumbers(`${names}\n${`${line}\n`.repeat(30)}`, 2)).toBeUndefined()
  })
})
