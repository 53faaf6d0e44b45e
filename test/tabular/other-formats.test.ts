/** Files that are no table of text: each is named, with what to send in its place; and what merely resembles them is read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTable } from '../../shared/tabular/read-table.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: Buffer | string) {
  const path = join(folder, 'data')
  await writeFile(path, content)
  return readTable(path)
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
/** As GNU tar 1.35 begins an archive. */
const tar = Buffer.concat([
  Buffer.from('iris.csv'.padEnd(100, '\0')),
  Buffer.alloc(157),
  bytes('ustar  \0'),
  Buffer.alloc(247),
])

const others: readonly (readonly [string, Buffer | string])[] = [
  ['an HTML page', '<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n'],
  ['an HTML page', '\n<!-- saved -->\n<html lang="en">\n<body>a,b,c</body></html>'],
  ['an error of S3', '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'],
  ['an XML file', '<?xml version="1.0"?>\n<rows><row a="1" b="2"/></rows>\n'],
  ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'],
  ['an ARFF file (Weka)', '% 1. Title: Iris\n%\n@RELATION iris\n@ATTRIBUTE a REAL\n@DATA\n1\n'],
  ['a LIBSVM file', '1 1:0.5 2:0.3\n-1 1:0.2 3:0.9\n'],
  ['a Markdown table', '| a | b |\n|---|:-:|\n| 1 | 2 |\n'],
  ['JSON arrays, one on each line', '[1.5, "a"]\n[2.5, "b"]\n'],
  ['a table as MySQL prints it', '+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n'],
  ['a table as psql prints it', ' a | b \n---+---\n 1 | 2\n(1 row)\n'],
  ['a YAML file', '- a: 1.5\n  y: no\n- a: 2.5\n  y: yes\n'],
  ['a LaTeX table', 'a & b \\\\\n1 & 2 \\\\\n'],
  ['compressed by lzma (.lzma)', Buffer.from('5d00008000ffffffffffffffff', 'hex')],
  ['binary data of an unknown format', bytes('\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0')],
  [
    'binary data of an unknown format',
    Buffer.from(Array.from({ length: 2000 }, (_, i) => (i * 89 + 7) % 251)),
  ],
  ['an SQL script', "INSERT INTO t VALUES (1, 'a');\n"],
  ['UTF-32 text', Buffer.from('fffe0000610000002c000000', 'hex')],
  ['a tar archive', tar],
  ['a tar archive', gzipSync(tar)],
  ['an old Excel workbook (.xls)', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
  ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex')],
  ['a RAR archive', bytes('Rar!\x1a\x07\x01\0')],
  ['compressed by “compress” (.Z)', Buffer.from('1f9d9061c6', 'hex')],
  ['compressed by lz4', Buffer.from('04224d186440a7', 'hex')],
  ['a Parquet file that was compressed', gzipSync(bytes('PAR1\x15\x04\x15\x10'))],
  ['an Arrow or Feather file', bytes('ARROW1\0\0\xff\xff\xff\xff')],
  ['a NumPy file', bytes("\x93NUMPY\x01\0v\0{'descr': '<f8'}")],
  ['a pickle of Python', bytes('\x80\x05\x95\xf7\x02\0\0\0\0\0\0\x8c\x11pandas')],
  ['an HDF5 file', bytes('\x89HDF\r\n\x1a\n\0')],
  ['an SQLite database', bytes('SQLite format 3\0\x10\0')],
  ['data of R', gzipSync(bytes('RDX3\nX\n\0\0\0\x03'))],
  ['data of R', gzipSync(bytes('X\n\0\0\0\x03\0\x04'))],
  ['an SPSS file', bytes('$FL2@(#) IBM SPSS STATISTICS')],
  ['a Stata file', bytes('<stata_dta><header><release>118</release>')],
  ['a PDF file', bytes('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ['a file of zeros', Buffer.alloc(1000)],
]

test.each(others)('%s is named', async (name, content) => {
  await expect(read(content)).rejects.toMatchObject({
    code: 'dataset_unreadable',
    message: expect.stringMatching(/^The dataset is .+: .+\.$/),
  })
  await expect(read(content)).rejects.toThrow(`The dataset is ${name}: `)
})

test.each([
  '{"a":[1,2,3],"b":["u","v","u"]}',
  '{"a":{"0":1,"1":2},"b":{"0":"u","1":"v"}}',
  '{"columns":["a","b"],"data":[[1,"u"],[2,"v"]]}',
  '{"data":[{"a":1,"b":"u"},{"a":2,"b":"v"}]}',
])('a table that is one JSON object: %s', async (content) => {
  await expect(read(content)).rejects.toThrow(
    /^The dataset is one JSON object, in which "\w+" is an (array|object): write an object for each row/,
  )
})

test('NaN and Infinity in JSON, as Python’s json.dumps writes them, are missing values and numbers', async () => {
  const { table } = await read(
    '{"a": NaN, "b": "NaN, \\"Infinity"}\n{"a": -Infinity, "b": "x"}\n{"a": 1.5, "b": null}\n',
  )
  const [a, b] = table.columns
  expect(a.kind === 'number' && Array.from(a.values)).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, 1.5])
  expect(b.kind === 'text' && b.categories).toEqual(['NaN, "Infinity', 'x'])
})

test('rows that are JSON arrays are refused', async () => {
  await expect(read('[["a","b"],[1,2]]')).rejects.toThrow('Element 1 of the dataset is not a JSON object')
  await expect(read('["a","b"]\n[1,2]\n')).rejects.toThrow('The dataset is JSON arrays, one on each line')
})

test.each([
  ['PAR1,PAR2\n1,2\n', ['PAR1', 'PAR2']],
  ['FEA1\tORC\n1\t2\n', ['FEA1', 'ORC']],
  ['version,size\n1,2\n', ['version', 'size']],
  ['<b>,<i>\n1,2\n', ['<b>', '<i>']],
  ['1,1:0.5\n1,2\n', ['1', '1:0.5']],
  ['Insert,Into\n1,2\n', ['Insert', 'Into']],
  ['@relation_id,x\n1,2\n', ['@relation_id', 'x']],
  ['LZIP,GIF\n1,2\n', ['LZIP', 'GIF']],
  ['RDX,X\n1,2\n', ['RDX', 'X']],
  ['{"a":1}\n', ['a']],
])('%j is a table', async (content, names) => {
  expect((await read(content)).table.columns.map(({ name }) => name)).toEqual(names)
})
