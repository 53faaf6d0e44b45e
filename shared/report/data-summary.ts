import type { Column, NumberColumn, Table, TextColumn } from '../data/table.ts'
import type { Task } from '../data/task.ts'
import { shorten } from '../errors/sentences.ts'
import { dataNotes } from './data-notes/index.ts'
import { type ColumnSummary, type DataSummary, NAME_LENGTH } from './report-data.ts'

const MAX_COLUMNS = 30

/**
 * Describes a dataset before it is prepared, and says what looks wrong with it (see data-notes/).
 *
 * @param target the target column's name; the last column by default.
 * @param dates the columns of dates, whose parts become features: they get no notes.
 */
export function summarizeData(
  table: Table,
  target: string | null | undefined,
  task: Task = 'classification',
  dates: readonly string[] = [],
): DataSummary {
  const last = table.columns.at(-1)
  const targetColumn = table.columns.find(({ name }) => name === (target ?? last?.name)) ?? last
  const features = table.columns.filter((column) => column !== targetColumn)
  const summaries = features.map((column) => summarizeColumn(column))
  const targetSummary = targetColumn === undefined ? [] : [summarizeColumn(targetColumn)]
  const all = [...targetSummary, ...summaries]
  const noted = { ...table, columns: table.columns.filter(({ name }) => !dates.includes(name)) }
  return {
    rows: table.rows,
    columnCount: table.columns.length,
    columnsWithMissing: all.filter(({ missing }) => missing > 0).length,
    columns: all.slice(0, MAX_COLUMNS),
    findings:
      targetColumn === undefined
        ? []
        : dataNotes(noted, targetColumn, task, target === null || target === undefined),
  }
}

function summarizeColumn(column: Column): ColumnSummary {
  return column.kind === 'number' ? summarizeNumbers(column) : summarizeTexts(column)
}

function summarizeNumbers({ name, values }: NumberColumn): ColumnSummary {
  let present = 0
  let sum = 0
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isNaN(value)) continue
    present++
    sum += value
    if (value < minimum) minimum = value
    if (value > maximum) maximum = value
  }
  const finite = (value: number) => (present > 0 && Number.isFinite(value) ? value : null)
  return {
    name: shorten(name, NAME_LENGTH),
    kind: 'number',
    missing: values.length - present,
    distinct: null,
    least: finite(minimum),
    mean: finite(sum / present),
    greatest: finite(maximum),
    frequent: [],
  }
}

function summarizeTexts({ name, categories, codes }: TextColumn): ColumnSummary {
  const counts = new Int32Array(categories.length)
  let missing = 0
  for (const code of codes) {
    if (code < 0) missing++
    else counts[code]++
  }
  const frequent: number[] = []
  for (let found = 0; found < Math.min(3, categories.length); found++) {
    let best = -1
    for (let k = 0; k < counts.length; k++) {
      if (!frequent.includes(k) && (best < 0 || counts[k] > counts[best])) best = k
    }
    if (counts[best] > 0) frequent.push(best)
  }
  return {
    name: shorten(name, NAME_LENGTH),
    kind: 'text',
    missing,
    distinct: counts.reduce((used, count) => used + (count > 0 ? 1 : 0), 0),
    least: null,
    mean: null,
    greatest: null,
    frequent: frequent.map((k) => ({ text: shorten(categories[k], 40), rows: counts[k] })),
  }
}
