import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Column, Table } from '../../shared/data/table.ts'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { readChunks } from '../../shared/tabular/read-batches.ts'
import { readTable } from '../../shared/tabular/read-table.ts'

// Each file is read as a table and as the stream that `predict` reads: with the same values and the same warnings.

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Values = (string | number | null)[]

const values = (column: Column): Values =>
  column.kind === 'number'
    ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
    : Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]))

const described = ({ columns }: Table) =>
  Object.fromEntries(columns.map((column) => [column.name, values(column)]))

async function read(content: string | Buffer, csv?: CsvOptions) {
  const path = join(folder, 'data.csv')
  await writeFile(path, content)
  const { table, warnings } = await readTable(path, undefined, undefined, csv)
  const wanted = table.columns.map(({ name, kind }) => ({ name, kind }))
  const bytes = Buffer.from(content)
  for (const size of [5, 1 << 20]) {
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
    const told: string[] = []
    const options = { csv, warn: (sentence: string) => told.push(sentence) }
    const batches = await Array.fromAsync(readChunks(Readable.from(pieces), wanted, options))
    const streamed = Object.fromEntries(
      wanted.map(({ name }, k) => [name, batches.flatMap(({ columns }) => values(columns[k]))]),
    )
    expect(streamed).toEqual(described(table))
    expect(warnings).toEqual(expect.arrayContaining(told))
  }
  return { columns: described(table), warnings }
}

/** Ten rows of numbers and a word, with the same values in every dialect. */
const numbers = [1.5, 2.25, 1234.5, 0, 12, 0.5, 3, 4, 5, 6.75]
const words = ['red', 'blue', 'red', 'grey', 'red', 'blue', 'red', 'red', 'grey', 'red']
const expected = { x: numbers, n: numbers.map((_, i) => i), y: words }
function file(delimiter: string, number: (value: number) => string = String): string {
  const rows = numbers.map((value, i) => [number(value), String(i), words[i]].join(delimiter))
  return `${['x', 'n', 'y'].join(delimiter)}\n${rows.join('\n')}\n`
}
const german = (value: number) => value.toLocaleString('de-DE', { useGrouping: 'always' })
const withComma = (value: number) => String(value).replace('.', ',')

describe('a dialect that is unambiguous is found, and said', () => {
  test.each<[string, string, string]>([
    ['semicolons', file(';'), 'The file was read with ; as delimiter.'],
    [
      'a title',
      `Report 2024\n${file(',')}`,
      'The first line ("Report 2024") was taken as a title and left out.',
    ],
    [
      'a title of a spreadsheet',
      `Report 2024,,\n,,\n${file(',')}`,
      'The first 2 lines (from "Report 2024" on) were taken as a title and left out.',
    ],
    [
      'a title with a comma',
      `Report, of 2024\n${file(',')}`,
      'The first line ("Report") was taken as a title and left out.',
    ],
    ['a row of commas above', `,,\n${file(',')}`, 'The first line has no text and was left out.'],
    [
      'a title of six lines',
      `1\n2\n3\n4\n5\n6\n${file(',')}`,
      'The first 6 lines (from "1" on) were taken as a title and left out.',
    ],
    [
      'blanks before quotes',
      file(',')
        .replaceAll(',', ', ')
        .replaceAll(/[a-z]+/g, '"$&"'),
      'The file was read with blanks behind a delimiter left out.',
    ],
    [
      'zeros behind the end',
      `${file(',')}${'\0'.repeat(100)}`,
      'The file ends with 100 bytes of padding (zeros or Ctrl-Z), left out here: check that no rows are missing.',
    ],
    ['tabs', file('\t'), 'The file was read with a tab as delimiter.'],
    ['pipes', file('|'), 'The file was read with | as delimiter.'],
    ['Hive’s delimiter', file('\u0001'), 'The file was read with U+0001 as delimiter.'],
    ['unit separators', file('\u001f'), 'The file was read with U+001F as delimiter.'],
    ['blanks', file('   '), 'The file was read with blanks as delimiter.'],
    [
      'aligned columns',
      file('   ')
        .split('\n')
        .map((line) => `  ${line} `)
        .join('\n'),
      'The file was read with blanks as delimiter.',
    ],
    [
      'semicolons with decimal commas',
      file(';', withComma),
      'The file was read with ; as delimiter and , as decimal mark.',
    ],
    [
      'tabs with decimal commas',
      file('\t', withComma),
      'The file was read with a tab as delimiter and , as decimal mark.',
    ],
    [
      'decimal commas with points between thousands',
      file(';', german),
      'The file was read with ; as delimiter, , as decimal mark and . between thousands.',
    ],
    ['a sep= line', `sep=;\r\n${file(';')}`, 'The file was read with ; as delimiter.'],
    ['a sep= line of another character', `sep=^\n${file('^')}`, 'The file was read with ^ as delimiter.'],
    [
      'comments',
      `# written by a logger, 2024\n# x in mm\n${file(',')}`,
      'Lines that begin with # were left out as comments.',
    ],
    [
      'comments in between',
      `# one\n${file(',').replace('\n', '\n# two, with a comma\n')}`,
      'Lines that begin with # were left out as comments.',
    ],
    [
      'row names, as of R',
      file(' ')
        .split('\n')
        .map((line, i) => (i === 0 || line === '' ? line : `"${i}" ${line}`))
        .join('\n'),
      'The file was read with blanks as delimiter.',
    ],
    [
      'row names behind commas',
      file(',')
        .split('\n')
        .map((line, i) => (i === 0 || line === '' ? line : `row ${i},${line}`))
        .join('\n'),
      'The rows have one field more than the header: the first field of each row was taken as its name and left out.',
    ],
    [
      'a comma at the end of each line',
      file(',').replaceAll('\n', ',\n'),
      'The last column has neither a name nor a value and was left out.',
    ],
    [
      'three of them',
      file(',').replaceAll('\n', ',,,\n'),
      'The last 3 columns have neither a name nor a value and were left out.',
    ],
    [
      'the header again',
      file(',').replace('grey\n', 'grey\nx,n,y\n'),
      'Line 6 repeats the header and was left out.',
    ],
    [
      'the header again, with semicolons',
      file(';').replaceAll('grey\n', 'grey\nx;n;y\n'),
      '2 lines repeat the header and were left out: 6, 12.',
    ],
    [
      'a second line of the header',
      file(',').replace('\n', '\nmm,count,colour\n'),
      'The second line of the table ("mm", "count", "colour") was taken as part of the header and left out.',
    ],
    [
      'a second line of the header before decimal commas',
      file(';', withComma).replace('\n', '\nmm;count;colour\n'),
      'The file was read with ; as delimiter and , as decimal mark.',
    ],
  ])('%s', async (_, content, warning) => {
    const { columns, warnings } = await read(content)
    expect(columns).toEqual(expected)
    expect(warnings).toContain(warning)
  })

  test.each<[string, string, Record<string, Values>]>([
    [
      'pipes with commas in the text',
      'name|n\nDoe, Jane|1\nRoe|2\nPoe, A, B|3\n',
      { name: ['Doe, Jane', 'Roe', 'Poe, A, B'], n: [1, 2, 3] },
    ],
    [
      'tabs with commas in the text',
      'name\tn\nDoe, Jane\t1\nRoe, B\t2\n',
      { name: ['Doe, Jane', 'Roe, B'], n: [1, 2] },
    ],
    [
      'quotes round semicolons and line ends',
      'name;n\n"a;b";1\n"c\nd";2\n"say ""x""";3\n',
      { name: ['a;b', 'c\nd', 'say "x"'], n: [1, 2, 3] },
    ],
    [
      'backslashes before quotes',
      'name,n\n"say \\"yes, no\\"",1\n"b, c",2\n',
      { name: ['say "yes, no"', 'b, c'], n: [1, 2] },
    ],
    [
      'blanks before quotes',
      'name, n\n"a, b", 1\n"c", 2\n'.replaceAll('"c"', ' "c, d"'),
      { name: ['a, b', 'c, d'], n: [1, 2] },
    ],
    ['single quotes', "name,n\n'a, b',1\n'c, d',2\n", { name: ['a, b', 'c, d'], n: [1, 2] }],
    [
      'points stay between the parts of dates and addresses',
      'd;ip;v\n01.02.2024;192.168.100.200;1,5\n02.03.2024;192.168.100.201;2,5\n',
      { d: ['01.02.2024', '02.03.2024'], ip: ['192.168.100.200', '192.168.100.201'], v: [1.5, 2.5] },
    ],
    [
      'commas in a text are no decimal marks',
      'name;n\nDoe, Jane;1.5\nRoe;2.5\n',
      { name: ['Doe, Jane', 'Roe'], n: [1.5, 2.5] },
    ],
  ])('%s', async (_, content, columns) => {
    const found = await read(content)
    expect(found.columns).toEqual(columns)
    expect(found.warnings.length).toBeGreaterThan(0)
  })
})

describe('what is a table with commas stays one, without a word', () => {
  test.each<[string, string, Record<string, Values>]>([
    ['semicolons in a text', 'a,b\nx;y;z,1\nu;v;w,2\n', { a: ['x;y;z', 'u;v;w'], b: [1, 2] }],
    ['short rows', 'a,b,c\n1,2,3\n4,5,6\n7\n', { a: [1, 4, 7], b: [2, 5, null], c: [3, 6, null] }],
    ['one column of texts', 'text\nhello; world\nnice | day\n', { text: ['hello; world', 'nice | day'] }],
    [
      'one column of two words',
      'full name\nAnna Maria\nJane Doe\n',
      { 'full name': ['Anna Maria', 'Jane Doe'] },
    ],
    ['names of years', 'c,1990,1991\nx,1,2\ny,3,4\n', { c: ['x', 'y'], 1990: [1, 3], 1991: [2, 4] }],
    ['names that count', '0,1,2\n5,6,7\n', { 0: [5], 1: [6], 2: [7] }],
    ['# before the first name', '#a,b\n1,2\n3,4\n', { '#a': [1, 3], b: [2, 4] }],
    ['values with #', 'a,b\n#1,2\n#3,4\n', { a: ['#1', '#3'], b: [2, 4] }],
    ['thousands in quotes', 'a,b\n"1,234",2\n"2,345",4\n', { a: ['1,234', '2,345'], b: [2, 4] }],
    [
      'a first row of question marks',
      `a,b,c\n?,?,x\n${'1,2,y\n'.repeat(8)}`,
      {
        a: ['?', ...Array(8).fill('1')],
        b: ['?', ...Array(8).fill('2')],
        c: ['x', ...Array(8).fill('y')],
      },
    ],
  ])('%s', async (_, content, columns) => {
    const found = await read(content)
    expect(found.columns).toEqual(columns)
    expect(found.warnings).toEqual([])
  })
})

test.each([
  ['numbers', '5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,versicolor\n'],
  ['texts', 'red,yes\nblue,no\nred,yes\nblue,yes\nred,no\n'],
  ['numbers twice', '0,0,1\n0,1,1\n1,0,0\n'],
])('a first line of %s that looks like a row is said to', async (_, content) => {
  const { warnings } = await read(content)
  expect(warnings).toEqual([
    expect.stringMatching(/^The first line was taken as the header, but looks like a row .*csv.header false/),
  ])
  const told = await read(content, { header: false })
  expect(told.warnings).toEqual([])
  expect(told.columns[0]).toHaveLength(content.trim().split('\n').length)
})

describe('a dialect that is given is taken as it is, without a word', () => {
  test.each<[string, CsvOptions, string, Record<string, Values>]>([
    ['delimiter', { delimiter: ';' }, 'a;b\n1;x\n', { a: [1], b: ['x'] }],
    ['delimiter , where ; would be found', { delimiter: ',' }, 'a;b\n1;2\n', { 'a;b': ['1;2'] }],
    ['delimiter ~', { delimiter: '~' }, 'a~b\n1~x,y\n', { a: [1], b: ['x,y'] }],
    ['\\t', { delimiter: '\\t' }, 'a\tb\n1\tx\n', { a: [1], b: ['x'] }],
    ['\\s+', { delimiter: '\\s+' }, 'a  b\n 1 \t x \n', { a: [1], b: ['x'] }],
    ['decimal', { delimiter: ';', decimal: ',' }, 'a;b\n1,5;x\n;y\n', { a: [1.5, null], b: ['x', 'y'] }],
    [
      'decimal .',
      { delimiter: ';', decimal: '.' },
      'a;b\n1,5;x\n2,5;y\n',
      { a: ['1,5', '2,5'], b: ['x', 'y'] },
    ],
    [
      'thousands',
      { thousands: ',' },
      'a,b\n"1,234.5",x\n"12,345,678",y\n-7,z\n',
      { a: [1234.5, 12345678, -7], b: ['x', 'y', 'z'] },
    ],
    [
      'thousands of blanks',
      { delimiter: ';', thousands: ' ', decimal: ',' },
      'a;b\n1 234,5;x y\n12\u00a0345;y\n',
      { a: [1234.5, 12345], b: ['x y', 'y'] },
    ],
    [
      'comment behind a field',
      { comment: '%' },
      '% top\na,b%c\n1,2% two\n%\n3,4\n',
      { a: [1, 3], b: [2, 4] },
    ],
    ['quote', { quote: "'" }, `a,b\n'x, y','it''s'\n"z,1\n`, { a: ['x, y', '"z'], b: ["it's", '1'] }],
    ['escape', { escape: '\\' }, 'a,b\nx\\, y,1\n"q\\"",2\n', { a: ['x, y', 'q"'], b: [1, 2] }],
    ['header false', { header: false }, '1,x\n2,y\n', { 0: [1, 2], 1: ['x', 'y'] }],
    ['header 2', { header: 2 }, 'Report\n"of\n2024"\n\na,b\n1,x\n', { a: [1], b: ['x'] }],
    ['encoding', { encoding: 'utf-8' }, 'ä,b\n1,x\n', { ä: [1], b: ['x'] }],
    [
      'na_values',
      { na_values: ['?', -999] },
      'a,b\n1,?\n-999,x\n-999.0,y\n',
      { a: [1, null, null], b: [null, 'x', 'y'] },
    ],
    ['one na_value', { na_values: '-' }, 'a,b\n1,-\n-,x\n', { a: [1, null], b: [null, 'x'] }],
    [
      'keep_default_na',
      { keep_default_na: false },
      'a,b\nNone,1\nNA,2\n,3\n',
      { a: ['None', 'NA', ''], b: [1, 2, 3] },
    ],
    [
      'keep_default_na with empty fields missing',
      { keep_default_na: false, na_values: '' },
      'a,b\nNone,1\nNA,\n,3\n',
      { a: ['None', 'NA', null], b: [1, null, 3] },
    ],
  ])('%s', async (_, csv, content, columns) => {
    const found = await read(content, csv)
    expect(found).toEqual({ columns, warnings: [] })
  })
})

test('a title above a table of one row', async () => {
  expect(await read('Report 2024\na,b,c\n1,2,red\n')).toEqual({
    columns: { a: [1], b: [2], c: ['red'] },
    warnings: ['The first line ("Report 2024") was taken as a title and left out.'],
  })
})

test('missing values of single columns', async () => {
  const content = 'a,b,c\n-1,-1,x\n99,NA,unknown\n3,99,NA\n'
  expect(await read(content, { na_values: { a: [-1, 99], c: 'unknown' } })).toEqual({
    columns: { a: [null, null, 3], b: [-1, null, 99], c: ['x', null, null] },
    warnings: [],
  })
  const { warnings } = await read(content, { na_values: { A: 3 } })
  expect(warnings).toEqual(['csv.na_values names the column "A", which there is not (did you mean "a"?).'])
})

test.each<[CsvOptions, string]>([
  [
    { decimal: ',', thousands: ',' },
    'csv.decimal and csv.thousands are both ",": a character has one meaning',
  ],
  [{ delimiter: ';', decimal: ';' }, 'csv.delimiter and csv.decimal are both ";"'],
  [{ delimiter: '#', comment: '#' }, 'csv.delimiter and csv.comment are both "#"'],
])('%j is refused', async (csv, sentence) => {
  await expect(read('a,b\n1,2\n', csv)).rejects.toThrow(sentence)
})

test('what is not given is found', async () => {
  const { columns, warnings } = await read(file(';', withComma), { delimiter: ';' })
  expect(columns).toEqual(expected)
  expect(warnings).toEqual(['The file was read with , as decimal mark.'])
})

describe('what no dialect explains is refused with what it may be', () => {
  test.each([
    [
      'a,b\n1,2\n1,2,3\n',
      /^Line 3 of the dataset has 3 fields where the header has 2: a text with "," in it needs quotes/,
    ],
    ['Report 2024\n1,b\n1,2\n', /^Line 2 .* the first line has no "," in it.*csv.header/],
    ['a;b\n1;2\n1;2;3\n1;2\n1;2\n', /^Line 3 of the dataset has 3 fields/],
    ['a,b\n"1,2\n', /no closing quote/],
    ['a;b\n1;"2\n', /no closing quote/],
    [Buffer.from('a,b\n1,\xe9\n', 'latin1'), /^Line 2 .* not UTF-8.*csv\.encoding/],
  ])('%j', async (content, sentence) => {
    await expect(read(content)).rejects.toThrow(sentence)
  })
  test('lines keep their numbers', async () => {
    const csv = { delimiter: ';', comment: '#' }
    await expect(read('# top\nsep;b\n\n"1\n2";3\n1;2;3\n', csv)).rejects.toThrow(/^Line 6 /)
  })
})
