/** Compressed files: ZIP with its rules, large xz and bzip2 ones, compressed twice, and what little data can unpack to. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JobError } from '../../shared/errors/job-error.ts'
import { defaultLimits } from '../../shared/tabular/limits.ts'
import { readBatches } from '../../shared/tabular/read-batches.ts'
import { readTable } from '../../shared/tabular/read-table.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: Buffer, limits = defaultLimits) {
  const path = join(folder, 'data')
  await writeFile(path, content)
  const { table, warnings } = await readTable(path, limits)
  return { rows: table.rows, names: table.columns.map(({ name }) => name), warnings }
}
const base64 = (text: string) => Buffer.from(text, 'base64')

// Made by Python 3.13's lzma and bz2 of `a,b` and 100,000 lines `1,2`.
const largeXz = base64(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM5hqDAIZdADCLCECmdNKuyymFErXKbJDad8mdj1bVCkJwsTikKpUwI3jiI2ciqI8sOAsUI4AuhV6P5UU3LvrwtR1jXyR2Siapfwy4Ndpc6B+7oN2yi4WI1zIgxbFE4wAJ+UGQhwsAa0b2VPCIdSww28JQVJEilwYDX8lwOxTAMjeYpRUBpeijCJtm+zoAAAAANqHagcoayQ8AAaIBhLUYAEbIVImxxGf7AgAAAAAEWVo=',
)
const largeBzip2 = base64('QlpoOTFBWSZTWYY2M8EDDUFZAAAQAAQwADAAIABQYAFKhk3ASUFgJKC3ASUFoJKC5z4u5IpwoSEMbGeC')

test.each([
  ['xz', largeXz],
  ['bzip2', largeBzip2],
])('%s that unpacks to more than is looked at first', async (_, packed) => {
  expect(await read(packed)).toEqual({ rows: 100_000, names: ['a', 'b'], warnings: [] })
  await expect(read(packed, { ...defaultLimits, fileBytes: 200_000 })).rejects.toMatchObject({
    code: 'dataset_too_large',
  })
  // The one before was given up in the middle.
  expect((await read(packed)).rows).toBe(100_000)
})

// Made by Python 3.13's lzma: check=CHECK_SHA256, and dict_size=1 << 27.
test.each([
  [
    '/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAHYSxiCjEsMgoASS1epJYFbxpqZZIkEDL6t2TDIVljF5MLT6Dh6Lw7dHAAATgI4oHCORibS5oBAAAAAApZWg==',
    /filter or a checksum \(SHA-256\) that is rare/,
  ],
  [
    '/Td6WFoAAATm1rRGAgAhAR4AAACbB1FmAQAHYSxiCjEsMgoAvpy9SbUSKv4AASAIuxnZux+2830BAAAAAARZWg==',
    /dictionary of more than 64 MiB: compress them again with “xz -9”/,
  ],
])('xz with a rare option says so', async (packed, sentence) => {
  await expect(read(base64(packed))).rejects.toThrow(sentence)
})

// Made by Python 3.13's zipfile.
const zips = {
  one: 'UEsDBBQAAAAIAAAAIVy+5IG9HQAAABoAAAAJAAAAZGF0ZW4uY3N2Sy86vO3w/FSdxKISLkOdwy1cRnqmOh/mz2jgAgBQSwECFAMUAAAACAAAACFcvuSBvR0AAAAaAAAACQAAAAAAAAAAAAAAgAEAAAAAZGF0ZW4uY3N2UEsFBgAAAAABAAEANwAAAEQAAAAAAA==',
  withReadme:
    'UEsDBBQAAAAIAAAAIVyGphA2BwAAAAUAAAANAAAAUkVBRE1FLnR4dC5tZMtIzcnJBwBQSwMEFAAAAAgAAAAhXAAAAAACAAAAAAAAAAIAAAB4LwMAUEsDBBQAAAAIAAAAIVy+5IG9HQAAABoAAAALAAAAeC9kYXRlbi5jc3ZLLzq87fD8VJ3EohIuQ53DLVxGeqY6H+bPaOACAFBLAwQUAAAACAAAACFcOZz7BgYAAAAEAAAAFgAAAF9fTUFDT1NYL3gvLl9kYXRlbi5jc3bLKs3LBgBQSwECFAMUAAAACAAAACFchqYQNgcAAAAFAAAADQAAAAAAAAAAAAAAgAEAAAAAUkVBRE1FLnR4dC5tZFBLAQIUAxQAAAAIAAAAIVwAAAAAAgAAAAAAAAACAAAAAAAAAAAAAACAATIAAAB4L1BLAQIUAxQAAAAIAAAAIVy+5IG9HQAAABoAAAALAAAAAAAAAAAAAACAAVQAAAB4L2RhdGVuLmNzdlBLAQIUAxQAAAAIAAAAIVw5nPsGBgAAAAQAAAAWAAAAAAAAAAAAAACAAZoAAABfX01BQ09TWC94Ly5fZGF0ZW4uY3N2UEsFBgAAAAAEAAQA6AAAANQAAAAAAA==',
  two: 'UEsDBBQAAAAIAAAAIVy+5IG9HQAAABoAAAAFAAAAYS5jc3ZLLzq87fD8VJ3EohIuQ53DLVxGeqY6H+bPaOACAFBLAwQUAAAACAAAACFcvuSBvR0AAAAaAAAABQAAAGIuY3N2Sy86vO3w/FSdxKISLkOdwy1cRnqmOh/mz2jgAgBQSwECFAMUAAAACAAAACFcvuSBvR0AAAAaAAAABQAAAAAAAAAAAAAAgAEAAAAAYS5jc3ZQSwECFAMUAAAACAAAACFcvuSBvR0AAAAaAAAABQAAAAAAAAAAAAAAgAFAAAAAYi5jc3ZQSwUGAAAAAAIAAgBmAAAAgAAAAAAA',
  workbook:
    'UEsDBBQAAAAIAAAAIVyDFtyMAwAAAAEAAAATAAAAW0NvbnRlbnRfVHlwZXNdLnhtbKsAAFBLAwQUAAAACAAAACFcgxbcjAMAAAABAAAADwAAAHhsL3dvcmtib29rLnhtbKsAAFBLAQIUAxQAAAAIAAAAIVyDFtyMAwAAAAEAAAATAAAAAAAAAAAAAACAAQAAAABbQ29udGVudF9UeXBlc10ueG1sUEsBAhQDFAAAAAgAAAAhXIMW3IwDAAAAAQAAAA8AAAAAAAAAAAAAAIABNAAAAHhsL3dvcmtib29rLnhtbFBLBQYAAAAAAgACAH4AAABkAAAAAAA=',
  byLzma:
    'UEsDBD8AAgAOAAAAIVy+5IG9LwAAABoAAAAFAAAAYS5jc3YJBAUAXQAAgAAAM5yUqAsY/XTr1vaFUDvU0bKr0tXV7cQ1ILLdPS0y/yD//sBoAFBLAQI/Az8AAgAOAAAAIVy+5IG9LwAAABoAAAAFAAAAAAAAAAAAAACAAQAAAABhLmNzdlBLBQYAAAAAAQABADMAAABSAAAAAAA=',
  empty: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==',
}

test('the only file of a ZIP file is read', async () => {
  const zip = base64(zips.one)
  const expected = { rows: 2, names: ['größe', 'art'], warnings: [] }
  expect(await read(zip)).toEqual(expected)
  expect(await read(gzipSync(zip))).toEqual(expected)
})

test('of several, the only one that has the name of a data file, and that is said', async () => {
  expect(await read(base64(zips.withReadme))).toEqual({
    rows: 2,
    names: ['größe', 'art'],
    warnings: ['Of the ZIP file, "x/daten.csv" was read, and nothing else.'],
  })
})

test.each<[keyof typeof zips, RegExp]>([
  [
    'two',
    /^The dataset is a ZIP file that has several files \("a.csv", "b.csv"\): send one of them alone\.$/,
  ],
  ['workbook', /^The dataset is an Excel workbook: save it as CSV/],
  ['byLzma', /^The dataset is a ZIP file that is compressed by a method that is rare \(14\)/],
  ['empty', /^The dataset is a ZIP file that has no file in it/],
])('a ZIP file that is refused: %s', async (name, sentence) => {
  await expect(read(base64(zips[name]))).rejects.toThrow(sentence)
})

test('a ZIP file that is damaged says so', async () => {
  const whole = base64(zips.one)
  for (const damaged of [whole.subarray(0, -20), changed(whole, 45, 1)]) {
    await expect(read(damaged)).rejects.toThrow(/^The dataset's ZIP data are damaged \(.+\): compress/)
  }
})

test.each([
  ['gzip', gzipSync('a,b\n1,2\n'), /^The dataset's gzip data are damaged \(a line break follows behind/],
  [
    'xz',
    base64('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAHYSxiCjEsMgoAvpy9SbUSKv4AASAIuxnZux+2830BAAAAAARZWg=='),
    /xz data are damaged \(something else follows behind their end\)/,
  ],
])('a line break behind %s data is not called a missing end', async (_, packed, sentence) => {
  expect(await read(packed)).toMatchObject({ rows: 1 })
  await expect(read(Buffer.concat([packed, Buffer.from('\n')]))).rejects.toThrow(sentence)
})

test('what was compressed more than once is read', async () => {
  const csv = Buffer.from('a,b\n1,2\n')
  expect(await read(gzipSync(gzipSync(csv)))).toMatchObject({ rows: 1 })
  expect(await read(zstdCompressSync(gzipSync(gzipSync(csv))))).toMatchObject({ rows: 1 })
  await expect(read(gzipSync(gzipSync(gzipSync(gzipSync(csv)))))).rejects.toMatchObject({
    code: 'dataset_unreadable',
  })
})

const lines = Array.from({ length: 40_000 }, (_, i) => `${i},${i % 7 < 3 ? 'x' : 'y'},${(i * 7919) % 10_007}`)
const csvText = `a,b,c\n${lines.join('\n')}\n`
const records = lines.map((line) => line.split(',')).map(([a, b, c]) => JSON.stringify({ a, b, c }))
const texts = { csv: csvText, 'json lines': records.join('\n'), 'json array': `[${records.join(',')}]` }
const changed = (bytes: Buffer, at: number, by = 0x55) => {
  const copy = Buffer.from(bytes)
  copy[at < 0 ? copy.length + at : at] ^= by
  return copy
}
const withChecksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }
const packedTexts = Object.entries(texts).flatMap(([name, text]): [string, Buffer][] => [
  [`${name}, gzip`, gzipSync(text)],
  [`${name}, zstd`, zstdCompressSync(text, withChecksum)],
])
const MISSING_END = /^The dataset's \w+ data are damaged \(their end is missing: /
const BEHIND = /data are damaged \(something else follows behind their end\): compress the file again\.$/
const DAMAGED = /^The dataset's \w+ data are damaged \(.+\): compress the file again\.$/

/** The sentence of a file that `predict` cannot read, as of one that is trained on. */
async function refusalOf(content: Buffer): Promise<string> {
  const path = join(folder, 'damaged')
  await writeFile(path, content)
  const trained = await readTable(path).then(
    () => 'read',
    (error: unknown) => (error instanceof JobError ? error.message : error),
  )
  const wanted = [{ name: 'c', kind: 'number' } as const]
  const predicted = await Array.fromAsync(readBatches(path, wanted)).then(
    () => 'read',
    (error: unknown) => (error instanceof JobError ? error.message : error),
  )
  expect(predicted).toBe(trained)
  return String(trained)
}

test.each<[string, Buffer]>([...packedTexts, ['csv, bzip2', largeBzip2], ['csv, xz', largeXz]])(
  '%s: damaged data are said to be damaged, whatever they unpack to before that is found',
  async (_, packed) => {
    const middle = Math.floor(packed.length / 2)
    expect(await refusalOf(changed(packed, middle))).toMatch(DAMAGED)
    expect(await refusalOf(Buffer.concat([packed.subarray(0, middle), packed.subarray(middle + 9)]))).toMatch(
      DAMAGED,
    )
    expect(await refusalOf(changed(packed, -4, 0xff))).toMatch(DAMAGED)
    expect(await refusalOf(packed.subarray(0, middle))).toMatch(MISSING_END)
    expect(await refusalOf(packed.subarray(0, -3))).toMatch(MISSING_END)
    expect(await refusalOf(Buffer.concat([packed, Buffer.from('<html>Error</html>')]))).toMatch(BEHIND)
    expect(await refusalOf(Buffer.concat([packed, changed(packed, middle)]))).toMatch(DAMAGED)
    expect(await refusalOf(Buffer.concat([packed, Buffer.from('\n')]))).toMatch(DAMAGED)
  },
)

const half = csvText.indexOf('\n', csvText.length / 2) + 1
const parts = [csvText.slice(0, half), csvText.slice(half)]
test.each([
  ['gzip', (text: string) => gzipSync(text)],
  ['zstd', (text: string) => zstdCompressSync(text)],
] as const)('%s in several parts, with zero bytes as padding between and behind them', async (_, pack) => {
  const zeros = Buffer.alloc(70_000)
  const packed = Buffer.concat([pack(parts[0]), zeros, pack(''), pack(parts[1]), zeros])
  expect((await read(packed)).rows).toBe(lines.length)
})

test('bzip2 and xz with zero bytes as padding', async () => {
  const zeros = Buffer.alloc(512)
  for (const packed of [largeBzip2, largeXz]) {
    expect((await read(Buffer.concat([packed, zeros]))).rows).toBe(100_000)
    // The second part begins with a header of its own.
    expect((await read(Buffer.concat([packed, zeros, packed]))).rows).toBe(200_000)
  }
})

test('bzip2 that was cut off in its first bytes is not read as text; a text that begins so is', async () => {
  await expect(read(largeBzip2.subarray(0, 7))).rejects.toThrow(MISSING_END)
  expect((await read(Buffer.from('BZh9,b\n1,2\n'))).names).toEqual(['BZh9', 'b'])
})
