import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomState } from '../../shared/data/random.ts'
import { PIECE_BYTES } from '../../shared/tabular/csv/plain-pieces.ts'
import { readCsv } from '../../shared/tabular/csv/read-csv.ts'
import { readPlainCsv } from '../../shared/tabular/csv/read-plain-csv.ts'
import { defaultLimits } from '../../shared/tabular/limits.ts'
import { expectTable, readTable } from '../../shared/tabular/read-table.ts'
import { threadsAhead } from '../../shared/threads/thread-pool.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function inPieces(csv: string, threads = 1, limits = defaultLimits) {
  const path = join(folder, 'data.csv')
  await writeFile(path, csv)
  return readPlainCsv(path, Buffer.byteLength(csv), limits, threads)
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
const texts = ['red', 'Ä', '😀', 'True', 'false', 'TRUE', 'NA', '', 'a b', '2024-01-02', 'x"y', ' ', '-']
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
    text: fc.option(fc.array(fc.constantFrom(...texts), { minLength: 12, maxLength: 12 })),
  })
  .map(({ columns, end, closed, rows, spoil, blank, text }) => {
    const cells = rows.map((row) => row.slice(0, columns))
    if (text !== null) for (const [i, row] of cells.entries()) row[0] = text[i]
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
      const table = await inPieces(text)
      if (table === undefined) return
      read++
      expect(table).toEqual(await inStream(text))
    }),
    { numRuns: 600 },
  )
  expect(read).toBeGreaterThan(200)
})

test('numbers of up to 19 digits are rounded as JavaScript rounds them, ties included', async () => {
  const random = randomState(11)
  const digits = (count: number) => Array.from({ length: count }, () => random.randint(10)).join('')
  const numbers = Array.from({ length: 60_000 }, (_, i) => {
    const whole = `${1 + random.randint(9)}${digits(random.randint(19))}`
    const at = random.randint(whole.length + 1)
    const sign = i % 2 ? '-' : ''
    const exponent = i % 3 === 0 ? `e${random.randint(140) - 70}` : ''
    return `${sign}${whole.slice(0, at)}.${whole.slice(at)}${exponent}`
  })
  for (let i = 0; i < 20_000; i++) {
    // Half way between two doubles, and one digit beside it.
    const half = 2n ** 53n + BigInt(random.randint(2 ** 31)) * 2n + 1n
    const shift = 2n ** BigInt(random.randint(10))
    numbers.push(
      `${half * shift}.0`,
      `${half * shift}1e-1`,
      `${half}e${random.randint(24)}`,
      `${half * shift - 1n}.`,
    )
    numbers.push(String(random.double() * 10 ** (random.randint(120) - 60)))
  }
  const table = await inPieces(`a\n${numbers.join('\n')}\n`)
  const column = table?.columns[0]
  if (column?.kind !== 'number') throw new Error('The column was not read as numbers.')
  expect(numbers.filter((text, i) => !Object.is(Number(text), column.values[i]))).toEqual([])
})

test('decimals of many and of few digits are rounded as JavaScript rounds them, side by side and in turn', async () => {
  const random = randomState(12)
  const digits = (count: number) => Array.from({ length: count }, () => random.randint(10)).join('')
  const decimal = (whole: number, part: number) => {
    const zeros = Math.min(part, random.randint(8) === 0 ? random.randint(12) : 0)
    return `${random.randint(2) ? '-' : ''}${digits(whole)}.${'0'.repeat(zeros)}${digits(part - zeros)}`
  }
  const few = () => decimal(1 + random.randint(2), random.randint(6))
  const many = () => decimal(random.randint(9), 1 + random.randint(20))
  const whole = () => `${random.randint(2) ? '-' : ''}${random.randint(3)}`
  const rows = Array.from({ length: 40_001 }, (_, i) => [
    many(),
    few(),
    whole(),
    (i & 63) < 32 ? many() : few(),
    random.randint(4) === 0 ? whole() : few(),
    random.randint(3) === 0 ? '' : many(),
  ])
  const table = await inPieces(`a,b,c,d,e,f\r\n${rows.map((row) => row.join(',')).join('\r\n')}`)
  for (const [j, column] of (table?.columns ?? []).entries()) {
    if (column.kind !== 'number') throw new Error('The column was not read as numbers.')
    // A whole number has no minus zero, a missing one is NaN.
    const expected = (text: string) =>
      text === '' ? Number.NaN : text.includes('.') ? Number(text) : Number(text) + 0
    const wrong = rows.filter((row, i) => !Object.is(expected(row[j]), column.values[i]))
    expect(wrong.map((row) => row[j])).toEqual([])
  }
  expect(table?.columns.map((column) => column.kind === 'number' && column.dtype)).toEqual(
    'float float int float float float'.split(' '),
  )
})

test('a point where it was in the field before does not make digits of what precedes it', async () => {
  for (const [before, field] of [
    ['12.5', '1x.5'],
    ['12.5', '1-.5'],
    ['12.5', '..5'],
    ['12.5', '-1..5'],
    ['12.123456789', '1x.123456789'],
    ['123.1234567890123', '1e5.1234567890123'],
    ['1.2345678901234567', 'x.2345678901234567'],
    ['123.5', '1.5'],
    ['12.5', '7'],
    ['1.5', '-.5'],
    ['.5', '12.5'],
    ['1.5', '.'],
    ['1.5', '-.'],
    ['1.5', '5.'],
    ['-0', '-0.'],
    ['12345678', '123456789'],
    ['1.234567', '-1.2345678'],
    ['123.1234567890', '12.3.1234567890'],
    ['1234567.12345678', '12345678.12345678'],
  ]) {
    // Text in a column of numbers is the other reader's; in a column of its own it is text here, too.
    const text = `a,b\n${before},${field}\n${before},${field}\n`
    expect(await inPieces(text)).toEqual(await inStream(text))
  }
})

describe('a file of many pieces', () => {
  /** Rows of varying length, so that pieces end at every place in a record. */
  const rows = Array.from({ length: 120_000 }, (_, i) => {
    const x = Math.sin(i)
    return `${i},${x.toFixed(i % 7)},${i % 11 === 0 ? '' : -x * 10 ** (i % 13)},${i % 3}`
  })
  const text = `\ufeffid,"x,y",z,class\n${rows.join('\n')}\n`

  test('gives the same columns on one thread, on three, and in the stream', async () => {
    expect(text.length).toBeGreaterThan(3 * PIECE_BYTES)
    const alone = await inPieces(text, 1)
    expect(alone).toEqual(await inPieces(text, 3))
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
    const count = Math.floor((2 * PIECE_BYTES - header.length) / line.length) - 1
    const whole = header + line.repeat(count)
    const last = `.${'7'.repeat(2 * PIECE_BYTES + shift - whole.length - 4)},8`
    for (const end of ['', '\n']) {
      const table = await inPieces(whole + last + end, 2)
      expect(table?.rows).toBe(count + 1)
      expect(table?.columns[1].kind === 'number' && table.columns[1].values.at(-1)).toBe(8)
    }
  })
  test('finds room for its rows when they become shorter', async () => {
    const long = Array.from({ length: 20_000 }, (_, i) => `${i}.${'0'.repeat(60)}5,1`)
    const short = Array.from({ length: 500_000 }, (_, i) => `${i % 10},2`)
    const csv = `a,b\n${long.join('\n')}\n${short.join('\n')}\n`
    const table = await inPieces(csv, 2)
    expect(table?.rows).toBe(520_000)
    expect(table).toEqual(await inStream(csv))
  })

  test('tells its short texts apart, however many there are', async () => {
    const text = (i: number) =>
      ['', 'NA', 't', '日', 'abcdefghijklmnop', 'abcdefghijklmnopq'][i % 6] + (i % 7 ? i % 30_011 : '')
    const lines = Array.from({ length: 60_000 }, (_, i) => `x${text(i)},${i % 5 ? 'NA' : `y${text(i)}`}`)
    const csv = `a,b\n${lines.join('\n')}\n`
    const table = await inPieces(csv, 2)
    expect(table?.rows).toBe(60_000)
    expect(table).toEqual(await inStream(csv))
  })

  test('has the same texts, wherever they first occur', async () => {
    const words = ['red', 'green', 'Ä', 'NA', '']
    const lines = rows.map(
      (row, i) => `${row},${words[(i >> 10) % 5]},id${i},${i % 3 === 0 ? 'True' : 'false'}`,
    )
    const mixed = `a,b,c,d,e,f,g\n${lines.join('\n')}\n`
    const table = await inPieces(mixed, 2)
    expect(table).toEqual(await inStream(mixed))
    expect(table?.columns[4]).toMatchObject({ kind: 'text', categories: ['green', 'red', 'Ä'] })
    expect(table?.columns[6]).toMatchObject({ kind: 'number', dtype: 'bool' })
  })
  test.each([
    ['a quoted field', '1,2,3,"x"'],
    ['a field of bytes that are not UTF-8', Buffer.from('1,2,3,\xe9', 'latin1')],
    ['a text among numbers', '1,2,3,x'],
    ['a short row', '1,2,3'],
    ['a blank line', ''],
  ])('is left alone when it ends with %s', async (_, line) => {
    const path = join(folder, 'data.csv')
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from(line), Buffer.from('\n')])
    await writeFile(path, bytes)
    expect(await readPlainCsv(path, bytes.length, defaultLimits, 2)).toBeUndefined()
  })
  test('is refused above the limits', async () => {
    await expect(inPieces(text, 2, { ...defaultLimits, cells: 1000 })).rejects.toThrow(
      /more than 1000 values/,
    )
  })
  test('is left alone when a record is longer than what follows a piece', async () => {
    const wide = 90_000
    const names = Array.from({ length: wide }, (_, j) => `c${j}`).join(',')
    const line = Array.from({ length: wide }, (_, j) => j % 10).join(',')
    expect(await inPieces(`${names}\n${`${line}\n`.repeat(30)}`, 2)).toBeUndefined()
  })
})

test('threads that were started while the file was fetched read it, and the same table comes of it', async () => {
  const path = join(folder, 'expected.csv')
  const line = (i: number) => `${i},${(i * 0.37).toFixed(3)},${'abcdefgh'.repeat(10)}${i % 7}`
  await writeFile(path, `a,b,c\n${Array.from({ length: 130_000 }, (_, i) => line(i)).join('\n')}\n`)
  const { size } = await stat(path)
  expectTable(1000, 3)
  expect(threadsAhead()).toBe(0)
  expectTable(size, 3)
  expectTable(size, 3)
  expect(threadsAhead()).toBe(2)
  const { table } = await readTable(path, defaultLimits, 2)
  expect(threadsAhead()).toBe(1)
  expect(table).toEqual((await readTable(path, defaultLimits, 1)).table)
  expect(table.rows).toBe(130_000)
})
