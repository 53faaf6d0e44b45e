/** Reads a CSV file into columns, on so many threads, and prints what it took. */
import { stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { expectTable, readTable } from '../../shared/tabular/read-table.ts'
import type { CsvRead } from '../read-csv.ts'

const path = process.argv[2]
const threads = Number(process.argv[3])
await import('../../shared/tabular/csv/read-plain-csv.ts')
expectTable((await stat(path)).size, threads)
await setTimeout(300)
const used = process.cpuUsage()
const start = performance.now()
const { table } = await readTable(path, undefined, threads)
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(used)
const cpu = (user + system) / 1e6
const peak = process.resourceUsage().maxRSS / 1024
let total = 0
for (const column of table.columns) {
  if (column.kind === 'number') for (const value of column.values) total += Number.isNaN(value) ? 0 : value
}
console.log(JSON.stringify({ seconds, cpu, peak, rows: table.rows, total } satisfies CsvRead))
