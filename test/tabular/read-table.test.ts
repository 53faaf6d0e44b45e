import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Column } from '../../shared/data/table.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { defaultLimits } from '../../shared/tabular/limits.ts'
import { readTable } from '../../shared/tabular/read-table.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: string | Uint8Array, limits = defaultLimits) {
  const path = join(folder, 'data.csv')
  await writeFile(path, content)
  return readTable(path, limits)
}

const plain = (column: Column) =>
  column.kind === 'number'
    ? [column.dtype, ...Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))]
    : ['text', ...Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]))]

async function columns(content: string | Uint8Array) {
  const { table } = await read(content)
  return Object.fromEntries(table.columns.map((column) => [column.name, plain(column)]))
}

/** The digits that a column of integers keeps. */
const digits = (column: Column) =>
  column.kind === 'number'
    ? [
        column.dtype,
        ...Array.from(column.exact?.codes ?? [], (code) => column.exact?.categories[code] ?? null),
      ]
    : ['text']

describe('integers beyond 2^53 keep their digits', () => {
  test('in CSV, also beside missing values, with signs and leading zeros', async () => {
    const { table } = await read(
      'a,b,c,d\n9007199254740993,-9007199254740993,+9007199254740992,1e16\n10,,09007199254740992,12345678901234567\n9007199254740992,7,1,2\n',
    )
    expect(table.columns.map(digits)).toEqual([
      ['int', '9007199254740993', '10', '9007199254740992'],
      ['float', '-9007199254740993', null, '7'],
      ['int', '9007199254740992', '9007199254740992', '1'],
      ['float'],
    ])
    const [a] = table.columns
    expect(a.kind === 'number' && a.exact?.categories).toEqual(['10', '9007199254740992', '9007199254740993'])
  })
  test('in a CSV file that the kernel reads', async () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => `${9007199254740993n + BigInt(i % 3)},${i % 7}\n`)
    const { table } = await read(`a,b\n${rows.join('')}`)
    expect(digits(table.columns[0]).slice(0, 4)).toEqual([
      'int',
      '9007199254740993',
      '9007199254740994',
      '9007199254740995',
    ])
    expect(digits(table.columns[1])).toEqual(['int'])
  })
  test('in JSON lines', async () => {
    const { table } = await read(
      '{"a":9007199254740993,"b":1,"c":{"d":9007199254740993}}\n{"a":9007199254740992,"b":0.30000000000000004,"c":1}\n',
    )
    expect(digits(table.columns[0])).toEqual(['int', '9007199254740993', '9007199254740992'])
    expect(plain(table.columns[1])).toEqual(['float', 1, 0.30000000000000004])
    expect(plain(table.columns[2])).toEqual(['text', '{"d":"9007199254740993"}', '1'])
  })
})

describe('columns are what pandas.read_csv makes of them', () => {
  test('whole numbers, fractions, booleans, text', async () => {
    expect(await columns('a,b,c,d\n1,1.5,True,x\n-2,2e3,False,Ä\n')).toEqual({
      a: ['int', 1, -2],
      b: ['float', 1.5, 2000],
      c: ['bool', 1, 0],
      d: ['text', 'x', 'Ä'],
    })
  })
  test('missing values make whole numbers float, and booleans text', async () => {
    expect(await columns('a,b,c\n1,True,NA\n,,n/a\n3,False,<NA>\n')).toEqual({
      a: ['float', 1, null, 3],
      b: ['text', 'True', null, 'False'],
      c: ['float', null, null, null],
    })
  })
  test('true and false in any case are two values, also beside missing ones', async () => {
    expect(await columns('a,b,c,d\nTRUE,TRUE,true,FALSE\ntrue,,,NA\nFalse,false,TRUE,false\n')).toEqual({
      a: ['bool', 1, 1, 0],
      b: ['text', 'True', null, 'False'],
      c: ['text', 'True', null, 'True'],
      d: ['text', 'False', null, 'False'],
    })
    expect(await columns('a,b\nTRUE,1\nyes,2\n')).toMatchObject({ a: ['text', 'TRUE', 'yes'] })
  })
  test('the words that count as missing are counted in columns of text', async () => {
    const { table } = await read('a,b,c\nNone,NA,NA\n,NA,1\nx,True,2\nNA,False,3\nNone,,4\n')
    const words = table.columns.map((column) => column.kind === 'text' && [...(column.missingWords ?? [])])
    expect(words).toEqual([
      [
        ['None', 2],
        ['NA', 1],
      ],
      [['NA', 2]],
      false,
    ])
  })
  test('a text among numbers makes the column text, unchanged', async () => {
    const { table, warnings } = await read('a,y\n1.50,0\n007,1\nhello,1\n2,0\n')
    expect(plain(table.columns[0])).toEqual(['text', '1.50', '007', 'hello', '2'])
    expect(warnings).toEqual([])
  })
  test.each([2, 9, 17])('one text among many numbers is named in a warning: line %i', async (line) => {
    const lines = Array.from({ length: 16 }, (_, i) => (i + 2 === line ? 'oops' : `${i}.5`))
    const { warnings } = await read(`a,y\n${lines.map((field) => `${field},0`).join('\n')}\n`)
    expect(warnings).toEqual([
      `The column "a" is treated as text: 93.7 % of its values are numbers, but line ${line} has "oops". Write a number there, or if it stands for a missing value, send csv: {"na_values": ["oops"]} or leave it empty.`,
    ])
  })
  test('a byte-order mark, CRLF, blank lines, no newline at the end', async () => {
    expect(await columns('\ufeffa,b\r\n1,x\r\n\r\n2,y')).toEqual({ a: ['int', 1, 2], b: ['text', 'x', 'y'] })
  })
  test('quotes round commas, newlines and quotes', async () => {
    expect(await columns('"a,1",b\n"x\ny","say ""hi"""\n"",2\n')).toEqual({
      'a,1': ['text', 'x\ny', null],
      b: ['text', 'say "hi"', '2'],
    })
  })
  test('equal names are numbered, an empty name is given one', async () => {
    expect(Object.keys(await columns('a,a,,a.1,a\n1,2,3,4,5\n'))).toEqual([
      'a',
      'a.2',
      'Unnamed: 2',
      'a.1',
      'a.3',
    ])
  })
  test('a short row is filled with missing values', async () => {
    expect(await columns('a,b\n1\n2,3\n')).toEqual({ a: ['int', 1, 2], b: ['float', null, 3] })
  })
  test('odd numbers', async () => {
    expect(await columns('a,b,c\n+1,.5, 7 \n1.,1e400,0x10\n')).toEqual({
      a: ['float', 1, 1],
      b: ['float', 0.5, Number.POSITIVE_INFINITY],
      c: ['text', ' 7 ', '0x10'],
    })
  })
  test('numbers of any length are read to the last bit', async () => {
    const values = [
      '0.1',
      '123456789012345678',
      '1.7976931348623157e308',
      '4.9e-324',
      '0.30000000000000004',
      '9007199254740993',
    ]
    const { table } = await read(`a\n${values.join('\n')}\n`)
    expect(plain(table.columns[0])).toEqual(['float', ...values.map(Number)])
  })
  test('gzip', async () => {
    expect(await columns(gzipSync('a,b\n1,x\n'))).toEqual({ a: ['int', 1], b: ['text', 'x'] })
  })
  test('the same whatever the chunks: records longer than one', async () => {
    const long = 'x'.repeat(900_000)
    const { table } = await read(`a,b\n"${long}\n",1\n${`${long},2\n`.repeat(4)}`)
    expect(table.rows).toBe(5)
    expect(plain(table.columns[1])).toEqual(['int', 1, 2, 2, 2, 2])
  })
  test('90,000 columns of one name', async () => {
    const { table } = await read(`${'a,'.repeat(89_999)}a\n${'1,'.repeat(89_999)}1\n`)
    expect([table.columns.length, table.columns.at(-1)?.name]).toEqual([90_000, 'a.89999'])
  })
  test('10,000 columns', async () => {
    const header = Array.from({ length: 10_000 }, (_, j) => `c${j}`).join(',')
    const row = Array.from({ length: 10_000 }, (_, j) => j).join(',')
    const { table } = await read(`${header}\n${row}\n${row}\n`)
    expect([table.rows, table.columns.length]).toEqual([2, 10_000])
  })
})

describe('what is no table is refused in a sentence', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['an empty file', '', /is empty/],
    ['a row that is too long', 'a,b\n1,2\n1,2,3\n', /Line 3 .* 3 fields where the header has 2/],
    ['an open quote', 'a,b\n"1,2\n', /no closing quote/],
    ['latin-1', Buffer.from('a,b\n1,\xe9\n', 'latin1'), /Line 2 .* not UTF-8/],
    ['a latin-1 header', Buffer.from('gr\xf6\xdfe,b\n1,2\n', 'latin1'), /Line 1 .* not UTF-8/],
    ['a binary file', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 151) % 256)), /./],
    ['damaged UTF-16', Buffer.from([0xff, 0xfe, 0x61, 0, 0x0a]), /not utf-16le text/],
    ['a ZIP file that was cut off', Buffer.from('PK\u0003\u0004rest'), /ZIP data are damaged/],
    ['damaged gzip', gzipSync('a,b\n1,x\n').subarray(0, 20), /gzip data are damaged/],
    ['damaged Parquet', Buffer.from('PAR1\u0015nothing'), /Parquet data cannot be read/],
  ])('%s', async (_, content, sentence) => {
    await expect(read(content)).rejects.toThrow(sentence)
  })
  test('limits: bytes, columns, values, the length of a field', async () => {
    const small = { fileBytes: 1000, columns: 3, cells: 10, fieldBytes: 20 }
    await expect(read('a,b,c,d\n', small)).rejects.toThrow(/more than 3 columns/)
    await expect(read(`a,b\n${'1,2\n'.repeat(6)}`, small)).rejects.toThrow(/more than 10 values/)
    await expect(read(`a,b\n${'x'.repeat(21)},2\n`, small)).rejects.toThrow(
      /Field 1 of line 2 has 21 bytes or more; the limit is 20/,
    )
    await expect(read(gzipSync(`a\n${'1\n'.repeat(1000)}`), small)).rejects.toThrow(/larger than 1000 bytes/)
  })
})

describe('Parquet', () => {
  async function written(select: string, metadata = '{}'): Promise<string> {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const database = await DuckDBInstance.create(':memory:')
    const connection = await database.connect()
    const path = join(folder, 'data.parquet')
    await connection.run(
      `copy (${select}) to '${path}' (format parquet, kv_metadata {pandas: '${metadata}'})`,
    )
    connection.closeSync()
    database.closeSync()
    return path
  }
  test('numbers, booleans, text and dates, with and without missing values', async () => {
    const path = await written(
      `select * from (values (1, 1.5, true, 'x', date '2024-01-02', true, 7), (2, null, false, null, null, null, null)) t(a, b, c, d, e, f, "g ""h""")`,
    )
    const { table } = await readTable(path)
    expect(Object.fromEntries(table.columns.map((column) => [column.name, plain(column)]))).toEqual({
      a: ['int', 1, 2],
      b: ['float', 1.5, null],
      c: ['bool', 1, 0],
      d: ['text', 'x', null],
      e: ['text', '2024-01-02', null],
      f: ['text', 'True', null],
      'g "h"': ['float', 7, null],
    })
  })
  test('the index of the DataFrame that was written is no column', async () => {
    const metadata = '{"index_columns": ["__index_level_0__", "place", {"kind": "range", "name": null}]}'
    const path = await written(
      'select i as x, i % 2 as y, i as place, i as __index_level_0__ from range(9) t(i)',
      metadata,
    )
    const { table, warnings } = await readTable(path)
    expect(table.columns.map(({ name }) => name)).toEqual(['x', 'y'])
    expect(warnings).toEqual([
      'The index of the DataFrame ("place") was left out: where it is a column like others, write reset_index() of it.',
    ])
  })
  test('integers beyond 2^53 keep their digits: signed, unsigned, decimal, with missing values', async () => {
    const path = await written(
      `select * from (values
        (9007199254740993::bigint, 18446744073709551615::ubigint, 9007199254740993.00::decimal(30, 2)),
        (9007199254740992, 18446744073709551614, null)) t(a, b, c)`,
    )
    const { table } = await readTable(path)
    expect(table.columns.map(digits)).toEqual([
      ['int', '9007199254740993', '9007199254740992'],
      ['int', '18446744073709551615', '18446744073709551614'],
      ['float', '9007199254740993', null],
    ])
  })
  test('more columns than one query reads, more rows than one chunk holds', async () => {
    const names = Array.from({ length: 1100 }, (_, j) => `i + ${j} as c${j}`)
    const { table } = await readTable(await written(`select ${names.join(', ')} from range(3000) t(i)`))
    expect([table.rows, table.columns.length]).toEqual([3000, 1100])
    const last = table.columns[1099]
    expect(last.kind === 'number' && [last.name, last.values[0], last.values[2999]]).toEqual([
      'c1099',
      1099,
      4098,
    ])
  })
  test('above the limits it is refused before it is read', async () => {
    const path = await written('select i as a, i as b from range(100) t(i)')
    await expect(readTable(path, { ...defaultLimits, cells: 199 })).rejects.toThrow(/more than 199 values/)
    await expect(readTable(path, { ...defaultLimits, columns: 1 })).rejects.toThrow(
      /2 columns; the limit is 1/,
    )
  })
})

describe('JSON lines', () => {
  test('are objects, a column per key', async () => {
    expect(await columns('{"a":1,"b":"x"}\n\n{"b":"ä","c":true,"a":2.5}\n{"a":null}')).toEqual({
      a: ['float', 1, 2.5, null],
      b: ['text', 'x', 'ä', null],
      c: ['text', null, 'True', null],
    })
  })
  test.each([
    ['{"a":1}\n{"a":\n', /Line 2 .* not JSON/],
    ['{"a":1}\n[1]\n', /Line 2 .* not a JSON object/],
    ['{"a":"\\u00e9"}\n\xe9', /not UTF-8/],
  ])('%j is refused', async (content, sentence) => {
    await expect(read(Buffer.from(content, 'latin1'))).rejects.toThrow(sentence)
  })
})

describe('monsters end early', () => {
  const mebibyte = 2 ** 20
  test.each<[string, string | Uint8Array, RegExp]>([
    ['a field of 40 MB', `a,b\n${'x'.repeat(40 * mebibyte)}\n`, /Field 1 of line 2 has \d+ bytes or more/],
    [
      'an open quote before 40 MB',
      `a,b\n1,"${'x,\n'.repeat(13 * mebibyte)}`,
      /Field 2 of line 2 .* quote \("\) may have been left open/,
    ],
    ['millions of columns', `${'a,'.repeat(4 * mebibyte)}\n`, /Line 1 .* more than 100000 columns/],
    ['a small gzip of a large field', gzipSync(Buffer.alloc(64 * mebibyte, 'x')), /Field 1 of line 1/],
  ])('%s', async (_, content, sentence) => {
    await expect(read(content)).rejects.toThrow(sentence)
  })
})

test('NUL bytes and control characters are text', async () => {
  expect(await columns('a,b\n1\0,\u0001\n2,x\n')).toEqual({
    a: ['text', '1\0', '2'],
    b: ['text', '\u0001', 'x'],
  })
})

test('any bytes end as a table or in a sentence', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.constantFrom('1', '2.5', ',', ',', '\n', '\r', '"', '"', 'x', ' ', '\ufeff', 'é', '\0'), {
        maxLength: 60,
      })
      .map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      try {
        const { table } = await read(content)
        for (const column of table.columns) {
          expect(column.kind === 'text' ? column.codes.length : column.values.length).toBe(table.rows)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(JobError)
      }
    }),
    { numRuns: 1500 },
  )
})
