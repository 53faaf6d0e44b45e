/** Lines that are no rows, and fields that belong to no column: what is said of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBatches } from '../../shared/tabular/read-batches.ts'
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

test.each([40, 300_000])(
  'a line of zero bytes among %i rows is left out and said, by both readers',
  async (count) => {
    const half = Array.from({ length: count / 2 }, (_, i) => `${i},${i % 7},yes`)
    const path = join(folder, 'zeros.csv')
    await writeFile(path, ['a,b,y', ...half, '\0'.repeat(64), ...half, ''].join('\n'))
    const { table, warnings } = await readTable(path)
    expect([table.rows, table.columns.map(({ kind }) => kind)]).toEqual([count, ['number', 'number', 'text']])
    expect(warnings).toEqual([`Line ${count / 2 + 2} has zero bytes only and was left out.`])

    const told: string[] = []
    const wanted = [{ name: 'a', kind: 'number' as const }]
    const batches = await Array.fromAsync(
      readBatches(path, wanted, { warn: (sentence) => told.push(sentence) }),
    )
    expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(count)
    expect(told).toEqual(warnings)
  },
)

test('in a file of one column, and above the header, a line of zero bytes is none either', async () => {
  const words = Array.from({ length: 30 }, (_, i) => (i % 2 ? 'yes' : 'no'))
  const { table, warnings } = await read(['\0\0', 'word', ...words, '\0\0\0', ...words])
  expect(table).toMatchObject({ rows: 60, columns: [{ name: 'word', categories: ['no', 'yes'] }] })
  expect(warnings).toEqual(['2 lines have zero bytes only and were left out: 1, 33.'])
})
