/** Small files from the tests of other CSV readers, each named by its reader and test: read as there, or refused by a sentence. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { readBatches } from '../../shared/tabular/read-batches.ts'
import { readTable } from '../../shared/tabular/read-table.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The fields of the rows as they are written. */
async function fieldsOf(text: string, csv: CsvOptions): Promise<string[][]> {
  const path = join(folder, 'data.csv')
  await writeFile(path, text)
  const { table } = await readTable(path, undefined, undefined, csv)
  const wanted = table.columns.map(({ name }) => ({ name, kind: 'text' as const }))
  const batches = await Array.fromAsync(
    readBatches(path, wanted, { csv: { keep_default_na: false, ...csv } }),
  )
  return batches.flatMap(({ rows, columns }) =>
    Array.from({ length: rows }, (_, i) =>
      columns.map((column) => (column.kind === 'text' ? (column.categories[column.codes[i]] ?? '') : '')),
    ),
  )
}

const abc = ['a', 'b', 'c']
const def = ['d', 'e', 'f']
const bare: CsvOptions = { header: false }

/** The rows that PapaParse's own tests expect (tests/test-cases.js of 5.5.3), but for blank lines. */
test.each<[string, string, CsvOptions, string[][]]>([
  ['Whitespace at edges of unquoted field', 'a,\tb ,c', bare, [['a', '\tb ', 'c']]],
  ['Quoted field with extra whitespace on edges', 'A," B  ",C', bare, [['A', ' B  ', 'C']]],
  ['Quoted fields with line breaks', 'A,"B\nB","C\nC\nC"', bare, [['A', 'B\nB', 'C\nC\nC']]],
  ['Quoted field with escaped quotes', 'A,"B""B""B",C', bare, [['A', 'B"B"B', 'C']]],
  ['Quoted field with escaped quotes at boundaries', 'A,"""B""",C', bare, [['A', '"B"', 'C']]],
  ['Unquoted field with quotes at end of field', 'A,B",C', bare, [['A', 'B"', 'C']]],
  ['Quoted field with quotes around delimiter', 'A,""",""",C', bare, [['A', '","', 'C']]],
  [
    'Quoted field with 5 quotes in a row',
    '"1","cnonce="""",nc=""""","2"',
    bare,
    [['1', 'cnonce="",nc=""', '2']],
  ],
  ['Misplaced quotes in data, not as opening quotes', 'A,B "B",C', bare, [['A', 'B "B"', 'C']]],
  ['Line starts with unquoted empty field', ',b,c\n"d",e,f', bare, [['', 'b', 'c'], def]],
  [
    'Empty quoted field at EOF is empty',
    'a,b,""\na,b,""',
    bare,
    [
      ['a', 'b', ''],
      ['a', 'b', ''],
    ],
  ],
  [
    'Multiple consecutive empty fields',
    'a,b,,,c,d\n,,e,,,f',
    bare,
    [
      ['a', 'b', '', '', 'c', 'd'],
      ['', '', 'e', '', '', 'f'],
    ],
  ],
  ['Input is just the delimiter', ',', bare, [['', '']]],
  ['Commented line at beginning', '# Comment!\na,b,c', { ...bare, comment: '#' }, [abc]],
  ['Commented line in middle', 'a,b,c\n# Comment\nd,e,f', { ...bare, comment: '#' }, [abc, def]],
  ['Two comment lines at end of file', 'a,b,c\n#comment1\n#comment2', { ...bare, comment: '#' }, [abc]],
  [
    'Comment with non-default character',
    'a,b,c\n!Comment goes here\nd,e,f',
    { ...bare, comment: '!' },
    [abc, def],
  ],
  [
    'Header row with preceding comment',
    '#Comment\na,b\nc,d\n',
    { delimiter: ',', comment: '#' },
    [['c', 'd']],
  ],
  ['One column input with empty fields', 'a\nb\n\n\nc\nd\n', bare, [['a'], ['b'], ['c'], ['d']]],
  ['Two rows, just \\r', 'a,b,c\rd,e,f', bare, [abc, def]],
  ['Quoted field with \\r\\n', 'A,"B\r\nB",C', bare, [['A', 'B\r\nB', 'C']]],
  ['Tab delimiter', 'a\tb\tc\r\nd\te\tf', { ...bare, delimiter: '\t' }, [abc, def]],
  ['ASCII 30 delimiter', 'a\u001eb\u001ec\r\nd\u001ee\u001ef', { ...bare, delimiter: '\u001e' }, [abc, def]],
  ['ASCII 31 delimiter', 'a\u001fb\u001fc\r\nd\u001fe\u001ff', { ...bare, delimiter: '\u001f' }, [abc, def]],
  ['Blank line in middle with whitespace', 'a,b,c\r\n \r\nd,e,f', bare, [abc, def]],
  ['Skip empty lines, with first line only whitespace', ' \na,b,c', { ...bare, delimiter: ',' }, [abc]],
  [
    'Lines with comments are not used when guessing',
    '#1\n#2\n#3\na,b,c\nd,e,f',
    { ...bare, comment: '#' },
    [abc, def],
  ],
  [
    'First field with the other delimiters in quotes',
    '"a,1,1";b;"c"\nd;e;f',
    bare,
    [['a,1,1', 'b', 'c'], def],
  ],
  ['Single quote as quote character', "a,b,'c,d'", { ...bare, quote: "'" }, [['a', 'b', 'c,d']]],
  [
    'Custom escape character in the middle',
    'a,b,"c\\"d\\"f"',
    { ...bare, escape: '\\' },
    [['a', 'b', 'c"d"f']],
  ],
  ['Custom escape character at the end', 'a,b,"c\\"d\\""', { ...bare, escape: '\\' }, [['a', 'b', 'c"d"']]],
  [
    'Carriage return in header inside quotes',
    '"a\r\na","b"\n"c","d"',
    bare,
    [
      ['a\r\na', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'Using . as quote character',
    '.a\na.,b\r\nc,d',
    { ...bare, quote: '.' },
    [
      ['a\na', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'UTF-8 BOM encoded input',
    '\ufeffA,B\nX,Y',
    bare,
    [
      ['A', 'B'],
      ['X', 'Y'],
    ],
  ],
])('PapaParse: %s', async (_, text, csv, rows) => {
  expect(await fieldsOf(text, csv)).toEqual(rows)
})

/** Where the readers differ, ours is pandas. */
test.each<[string, string, CsvOptions, string[][]]>([
  ['Quoted fields with spaces after closing quote', 'A,"B" ,C', bare, [['A', 'B ', 'C']]],
  ['Quoted field has invalid trailing quote before delimiter', 'a,"b"c,d', bare, [['a', 'bc', 'd']]],
  ['Mixed slash n and slash r', 'a,b,c\nd,e,f\ra,b,c\n', bare, [abc, def, abc]],
  [
    'Custom escape character not used for escaping',
    'a,b,"c\\d"',
    { ...bare, escape: '\\' },
    [['a', 'b', 'cd']],
  ],
])('PapaParse reads otherwise: %s', async (_, text, csv, rows) => {
  expect(await fieldsOf(text, csv)).toEqual(rows)
})

test.each<[string, string, RegExp]>([
  [
    'PapaParse: Quoted field has no closing quote',
    'a,"b,c\nd,e,f',
    /has no closing quote .*begins on line 1/,
  ],
  [
    'PapaParse: Row with too many fields',
    'A,B,C\r\na,b,c,d,e\r\nf,g,h',
    /^Line 2 .* 5 fields where the header has 3/,
  ],
  [
    'PapaParse: malformed.tsv',
    'a\tb\n1\t2\n1\t2\t3\n1\t2\n',
    /^Line 3 .*: a text with a tab in it needs quotes/,
  ],
  ['polars: empty.csv', '', /^The dataset is empty/],
])('refused: %s', async (_, text, sentence) => {
  const path = join(folder, 'refused.csv')
  await writeFile(path, text)
  await expect(readTable(path)).rejects.toThrow(sentence)
})

test.each<[string, string, string[]]>([
  ['polars: follows.csv', 'Adam,Karissa,2020\nAdam,Zhang,2020\nKarissa,Zhang,2021\nZhang,Noura,2022\n', []],
  ['PapaParse: long-sample.csv', 'Grant,2013-11-23T02:30:31-08:00\nCherokee,2014-11-22T16:43:51-08:00\n', []],
  ['node-csv: 411.csv', 'id,last_name\n1,Grinyov\n2,Lauderdale,\n3,Bendix\n', ['id', 'last_name']],
  ['a year as name', 'country,2020\nNorway,45.5\nSweden,38\n', ['country', '2020']],
])('%s: a header that looks like a row is said to', async (_, text, names) => {
  const path = join(folder, 'header.csv')
  await writeFile(path, text)
  const { table, warnings } = await readTable(path)
  if (names.length > 0) expect(table.columns.map(({ name }) => name)).toEqual(names)
  expect(warnings.some((warning) => /looks like a row/.test(warning))).toBe(names.length === 0)
})
