/** Lines that are no rows, and fields that belong to no column: what is said of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTable } from '../../shared/tabular/read-table.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 7},${i % 2 ? 'no' : 'yes'}`)

async function read(lines: readonly string[]) {
  const path = join(folder, 'data.csv')
  await writeFile(path, `${lines.join('\n')}\n`)
  return readTable(path)
}

const withLine = (at: number, line: string) => ['a,b,y', ...rows.slice(0, at), line, ...rows.slice(at)]

test.each([
  ['# made, by hand, in May, 2024', 'if the line is a comment, send csv: {"comment": "#"}; if not, a text'],
  ['% made, by hand, in May, 2024', 'if the line is a comment, send csv: {"comment": "%"}; if not, a text'],
  ['7,3,no # in doubt, as in May', 'needs quotes round it. If "#" begins a comment, send csv'],
  ['7,3,no,more', 'needs quotes round it. If the file has other quotes or escapes'],
])('%s in the middle is refused with what it may be', async (line, sentence) => {
  await expect(read(withLine(20, line))).rejects.toThrow(sentence)
})

test.each([
  [20, '# made by hand', '"# made by hand". If such lines are comments, send csv: {"comment": "#"}.'],
  [20, '#DIV/0!,1,no', 'Write a number there, or if it stands for a missing value'],
  [20, 'Total,780,', 'Write a number there, or if it stands for a missing value'],
  [40, 'Total,780,', 'If that last line is no row, take it out; if it stands for a missing value'],
  [40, '(40 rows affected)', 'If that last line is no row, take it out; if it stands for a missing value'],
])(
  'behind %i rows, %s makes a column of texts, and it is said what it may be',
  async (at, line, sentence) => {
    const { warnings } = await read(withLine(at, line))
    expect(warnings).toEqual([expect.stringContaining(sentence)])
  },
)

test('a comma at the end of each row, which the header has not, is said', async () => {
  const { table, warnings } = await read(['a,b,y', ...rows.map((row) => `${row},`)])
  expect(table.columns.map(({ name }) => name)).toEqual(['a', 'b', 'y'])
  expect(warnings).toEqual([
    'Each row ends with a delimiter more than the header: the empty field behind it was left out.',
  ])
  const some = await read(['a,b,y', ...rows.map((row, i) => (i === 3 ? row : `${row},`))])
  expect(some.warnings).toEqual([])
})
