/** What the numbers of one column look like: signs for missing values, days written as one number. */
import type { NumberColumn } from '../../data/table.ts'
import { list, plural, quote } from '../../errors/sentences.ts'

/** Numbers that people write where there is none: -999, 9999, and by the reason 97, 98, 99 or 7777. */
const SIGNS = new Set(
  [
    99, 98, 97, 88, 77, 999, 998, 997, 888, 777, 9999, 9998, 9997, 8888, 7777, 99_999, 999_999, 9_999_999,
  ].flatMap((value) => [value, -value]),
)
const MIN_OTHERS = 10

/**
 * The note on numbers that may stand for missing values: in two rows or more, and farther from the others than those are
 * from one another.
 */
export function missingNumber({ name, values }: NumberColumn): string | undefined {
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  let others = 0
  const rows = new Map<number, number>()
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (SIGNS.has(value)) rows.set(value, (rows.get(value) ?? 0) + 1)
    else if (!Number.isNaN(value)) {
      others++
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
    }
  }
  const range = maximum - minimum
  const found = [...rows].filter(
    ([value, count]) => count > 1 && Math.max(minimum - value, value - maximum) > range,
  )
  if (found.length === 0 || others < MIN_OTHERS || range === 0) return undefined
  const signs = found.map(([value]) => String(value)).sort((a, b) => Number(a) - Number(b))
  const inRows = found.reduce((sum, [, count]) => sum + count, 0)
  const stands = signs.length === 1 ? 'it stands' : 'they stand'
  return `${quote(name)} has ${list(signs, 5)} in ${plural(inRows, 'row')}, far from its other numbers (${minimum} to ${maximum}): if ${stands} for a missing value, send csv: {"na_values": [${signs.map(quote).join(', ')}]} or leave these cells empty.`
}

const MIN_DAYS = 3

/** The note on days that are written as one number, 20260131, if they are. */
export function daysAsNumbers({ name, values, dtype }: NumberColumn): string | undefined {
  if (dtype !== 'int') return undefined
  const days = new Set<number>()
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isNaN(value)) continue
    if (!isDay(value)) return undefined
    if (days.size < MIN_DAYS) days.add(value)
  }
  if (days.size < MIN_DAYS) return undefined
  const [first] = days
  const text = String(first)
  const written = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
  return `The column ${quote(name)} holds days as numbers (${first} for one), in which the last day of a month is far from the next one: write them as ${written} and send date_columns: [${quote(name)}].`
}

function isDay(value: number): boolean {
  const year = Math.floor(value / 10_000)
  const month = Math.floor(value / 100) % 100
  const day = value % 100
  return year >= 1800 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}
