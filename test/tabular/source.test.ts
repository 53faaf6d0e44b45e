import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Column, Table } from '../../shared/data/table.ts'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { defaultLimits } from '../../shared/tabular/limits.ts'
import { readChunks } from '../../shared/tabular/read-batches.ts'
import { readTable } from '../../shared/tabular/read-table.ts'

// Encodings, compressions and JSON, each by the reader of tables and by that of streams.

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

const values = (column: Column): (number | string | null)[] =>
  column.kind === 'number'
    ? Array.from(column.values)
    : Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]))
const described = ({ columns }: Table) =>
  Object.fromEntries(columns.map((column) => [column.name, values(column)]))

async function read(content: Buffer, csv?: CsvOptions, limits = defaultLimits) {
  const path = join(folder, 'data')
  await writeFile(path, content)
  const { table, warnings } = await readTable(path, limits, undefined, csv)
  const wanted = table.columns.map(({ name, kind }) => ({ name, kind }))
  for (const size of [7, 1 << 20]) {
    const pieces: Buffer[] = []
    for (let at = 0; at < content.length; at += size) pieces.push(content.subarray(at, at + size))
    const batches = await Array.fromAsync(readChunks(Readable.from(pieces), wanted, { csv }))
    const streamed = wanted.map(({ name }, k) => [name, batches.flatMap(({ columns }) => values(columns[k]))])
    expect(Object.fromEntries(streamed)).toEqual(described(table))
  }
  return { columns: described(table), warnings }
}

const expected = { größe: [1, 2.5], art: ['Ä', '😀'] }
const csvText = 'größe,art\n1,Ä\n2.5,😀\n'
const jsonLines = '{"größe":1,"art":"Ä"}\n{"größe":2.5,"art":"😀"}\n'
const jsonArray = '[{"größe":1,"art":"Ä"},\n {"größe":2.5,"art":"😀"}]'

const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16()
// Made by bzip2 1.0.8 and xz 5.8.1 of csvText.
const bzip2 = Buffer.from(
  'QlpoOTFBWSZTWbRHIFIAAAZZ7IAQAAUyACKAFABEAABAgQAIAEAAIAAxTTIxMTEKaDJ6T1NGjkuwDUAi+zyPKkpqVt8XckU4UJC0RyBS',
  'base64',
)
const xz = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAZZ3LDtsOfZSxhcnQKMSzDhAoyLjUs8J+YgAoAAABsuN2jP6cMEAABMhogGJQwH7bzfQEAAAAABFla',
  'base64',
)

const encodings: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16 little-endian with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16 little-endian', (text) => Buffer.from(text, 'utf16le')],
  ['UTF-16 big-endian with a mark', (text) => bigEndian(`\ufeff${text}`)],
  ['UTF-16 big-endian', bigEndian],
]
const formats: readonly (readonly [string, string])[] = [
  ['CSV', csvText],
  ['JSON lines', jsonLines],
  ['JSON lines behind blank lines', `\n  \n${jsonLines}`],
  ['a JSON array', jsonArray],
  ['a JSON array behind a blank line', ` \n${jsonArray}\n`],
]
const packings: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['as it is', (bytes) => bytes],
  ['gzip', (bytes) => gzipSync(bytes)],
  ['zstd', (bytes) => zstdCompressSync(bytes)],
]

describe.each(encodings)('%s', (_, encode) => {
  test.each(formats)('%s, as it is and compressed', async (_, text) => {
    for (const [, pack] of packings) expect((await read(pack(encode(text)))).columns).toEqual(expected)
  })
})

test('UTF-16 is said, UTF-8 is not', async () => {
  expect((await read(Buffer.from(csvText, 'utf16le'))).warnings).toEqual([
    'The file was read as UTF-16LE text.',
  ])
  expect((await read(Buffer.from(`\ufeff${csvText}`))).warnings).toEqual([])
})

test.each([
  ['windows-1252', Buffer.from('preis,art\n1,\x80 \xe4\n', 'latin1'), '€ ä'],
  ['cp1252', Buffer.from('preis,art\n1,\x80 \xe4\n', 'latin1'), '€ ä'],
  ['latin-1', Buffer.from('preis,art\n1,\xe4\n', 'latin1'), 'ä'],
  ['ISO-8859-15', Buffer.from('preis,art\n1,\xa4\n', 'latin1'), '€'],
  ['cp1251', Buffer.from('preis,art\n1,\xc6\n', 'latin1'), 'Ж'],
  ['shift_jis', Buffer.from('preis,art\n1,\x93\xfa\n', 'latin1'), '日'],
  ['utf-16', Buffer.from('\ufeffpreis,art\n1,ä\n', 'utf16le'), 'ä'],
  ['utf-16-be', bigEndian('preis,art\n1,ä\n'), 'ä'],
])('%s is read when it is told', async (encoding, content, word) => {
  const { columns, warnings } = await read(content, { encoding })
  expect(columns).toEqual({ preis: [1], art: [word] })
  expect(warnings).toEqual([])
})

test.each([
  ['bzip2', bzip2],
  ['xz', xz],
  ['zstd', zstdCompressSync(csvText)],
  ['gzip', gzipSync(csvText)],
])('%s, whole, in several parts and damaged', async (name, packed) => {
  expect((await read(packed)).columns).toEqual(expected)
  const rows = Buffer.from('3,x\n')
  if (name === 'zstd' || name === 'gzip') {
    const more = name === 'zstd' ? zstdCompressSync(rows) : gzipSync(rows)
    expect((await read(Buffer.concat([packed, more]))).columns.größe).toEqual([1, 2.5, 3])
  }
  const sentence = new RegExp(`^The dataset's ${name} data are damaged`)
  await expect(read(packed.subarray(0, -6))).rejects.toThrow(sentence)
  // zstd keeps no checksum unless it is asked to.
  if (name === 'zstd') return
  const changed = Buffer.from(packed)
  changed[packed.length >> 1] ^= 0x55
  await expect(read(changed)).rejects.toThrow(sentence)
})

test.each([
  ['zstd', zstdCompressSync],
  ['gzip', gzipSync],
])('a small %s file that unpacks to much is refused', async (_, pack) => {
  const limits = { ...defaultLimits, fileBytes: 10_000_000 }
  const bomb = pack(Buffer.from(`a,b\n${'1,2\n'.repeat(5_000_000)}`))
  await expect(read(bomb, undefined, limits)).rejects.toThrow(/larger than 10000000 bytes/)
})

describe('JSON that is none is refused with its place', () => {
  test.each([
    ['[{"a":1},{"a":}]', /^Element 2 .* not JSON/],
    ['[{"a":1},\n{"a":2}', /array has no end behind element 1: the file was cut off/],
    ['[{"a":1},5]', /^Element 2 .* not a JSON object/],
    ['[{"a":1},,{"a":2}]', /^Element 2 .* not JSON/],
    ['[{"a":1}]\n[{"a":2}]', /goes on behind its JSON array of 1 elements/],
    ['[]', /is empty: it needs a JSON object for each row/],
    ['{\n "a": 1\n}\n', /^Line 1 .* not JSON .* an object on each line, or one array of objects/],
    ['\ufeff\n{"a":1}\n{"a":\n', /^Line 3 .* not JSON/],
  ])('%j', async (text, sentence) => {
    await expect(read(Buffer.from(text))).rejects.toThrow(sentence)
  })
  test('brackets, commas and quotes in texts are no structure', async () => {
    const { columns } = await read(Buffer.from('[{"a":"]},{\\"[","b":[1,{"c":"]"}]}, {"a":"x\\\\","b":2}]'))
    expect(columns.a).toEqual([']},{"[', 'x\\'])
  })
  test('a CSV whose first name has brackets stays one', async () => {
    expect((await read(Buffer.from('[a],b\n1,2\n'))).columns).toEqual({ '[a]': [1], b: [2] })
  })
})
