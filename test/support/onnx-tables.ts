/** The tables of the ONNX cases: of the parity set, and made-up ones with what a graph can stumble over. */
import { randomState } from '../../shared/data/random.ts'
import type { Table } from '../../shared/data/table.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import type { Task } from '../../shared/data/task.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { type ParitySet, parityCsv } from './parity-set.ts'

export type TableName =
  | ParitySet
  | 'gaps'
  | 'one-hot gaps'
  | 'target-encoded gaps'
  | 'truth'
  | 'odd names'
  | 'many classes'
  | 'many columns'

const made = new Map<string, Promise<Table>>()

/** The rows of a case, made once for all algorithms. */
export function tableOf(data: TableName, task: Task): Promise<Table> {
  const table = made.get(data + task) ?? makeTable(data, task)
  made.set(data + task, table)
  return table
}

/** Rows that are to be predicted: the same, or ones with a text that training never saw. */
export function rawTableOf(data: TableName, task: Task): Promise<Table> {
  return data.endsWith('gaps') ? gaps(unknownColours, task) : tableOf(data, task)
}

async function makeTable(data: TableName, task: Task): Promise<Table> {
  if (data === 'gaps' || data === 'one-hot gaps' || data === 'target-encoded gaps')
    return gaps(['red', 'green', 'blüe'], task)
  if (data === 'truth') return truth()
  if (data === 'odd names') return oddNames(task)
  if (data === 'many classes') return madeUp(2000, 4, 1000)
  if (data === 'many columns') return madeUp(60, 5000, 3)
  return (await readTable(parityCsv(data))).table
}

const unknownColours = ['red', 'green', 'blüe', 'a colour of which nobody heard']

/** Sixteen columns, text and numbers with missing values among them, and for a target numbers, or whole ones from -1 as classes. */
function gaps(colours: string[], task: Task): Promise<Table> {
  const random = randomState(7)
  const records = Array.from({ length: 400 }, () => {
    const draw = () => random.double()
    const x = Array.from({ length: 14 }, () => (draw() < 0.1 ? null : Math.round(draw() * 1e4) / 10))
    const colour = draw() < 0.1 ? null : colours[Math.floor(draw() * colours.length)]
    const size = ['S', 'M', 'L'][Math.floor(draw() * 3)]
    const score = (x[0] ?? 300) + (colour === 'red' ? 300 : 0) + (size === 'L' ? 200 : 0)
    return {
      ...Object.fromEntries(x.map((value, j) => [j === 3 ? 'label' : `x ${j}`, value])),
      colour,
      size,
      target: task === 'regression' ? score / 3 : score < 400 ? -1 : score < 800 ? 0 : 12,
    }
  })
  return tableFromRecords(records)
}

/** Two columns, one of them true or false, and true or false for a target. */
function truth(): Promise<Table> {
  const random = randomState(8)
  const records = Array.from({ length: 200 }, () => {
    const height = random.double()
    const wet = random.double() < 0.5
    return { height, wet, target: height + (wet ? 0.3 : 0) > 0.6 }
  })
  return tableFromRecords(records)
}

/** Names that mean something to others: to browsers, to file systems, to ONNX. */
function oddNames(task: Task): Promise<Table> {
  const random = randomState(9)
  const names = [
    '<script>alert(1)</script>',
    'a "b"',
    "it's",
    'x.y/z:0',
    ' ',
    'größe 尺寸',
    'probabilities',
    'label',
    '-1',
    'a\nb',
  ]
  const records = Array.from({ length: 200 }, () => {
    const values = names.map((name, j) => [
      name,
      j % 3 === 2 ? ['u', "v'w", '"'][random.randint(3)] : random.double(),
    ])
    const row = Object.fromEntries(values)
    const sum = row['x.y/z:0'] + row[' ']
    return { ...row, 'tar"get': task === 'regression' ? sum : sum > 1 ? 'a, "b"' : '<i>\n' }
  })
  return tableFromRecords(records)
}

/** Numbers, of which the first tells the class. */
function madeUp(rows: number, columns: number, classes: number): Promise<Table> {
  const random = randomState(10)
  const records = Array.from({ length: rows }, (_, i) => ({
    ...Object.fromEntries(
      Array.from({ length: columns }, (_, j) => [`x${j}`, random.double() + (j === 0 ? i % classes : 0)]),
    ),
    target: i % classes,
  }))
  return tableFromRecords(records)
}
