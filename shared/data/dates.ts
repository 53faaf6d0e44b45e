/** Columns of dates as features: the field `date_columns` of a job's message. */
import { z } from 'zod'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { secondsOf } from './date-texts.ts'
import { nameHint } from './name-hint.ts'
import type { Column, NumberColumn } from './table.ts'

/** By the names of pandas' `Series.dt`; weekday: Monday is 0. */
export const dateParts = [
  'year',
  'quarter',
  'month',
  'day',
  'day_of_year',
  'weekday',
  'hour',
  'minute',
  'second',
] as const
export type DatePart = (typeof dateParts)[number]

const DEFAULT_PARTS: readonly DatePart[] = ['year', 'month', 'day', 'weekday', 'hour']

const columnName = z.string().min(1).max(1024)

export const dateColumnsSchema = z
  .array(
    z.union([
      columnName,
      z.strictObject({ column: columnName, parts: z.array(z.enum(dateParts)).min(1).max(dateParts.length) }),
    ]),
  )
  .min(1)
  .max(1000)
export type DateColumns = z.infer<typeof dateColumnsSchema>

/** A column of dates, and the parts of it that are features. */
export const dateFeatureSchema = z.object({ name: z.string(), parts: z.array(z.enum(dateParts)) })
export type DateFeature = z.infer<typeof dateFeatureSchema>

/**
 * The columns with their parts.
 *
 * @throws JobError (bad_message) for a column that is named twice.
 */
export function dateFeatures(given: DateColumns | null | undefined): DateFeature[] {
  const dates = (given ?? []).map((each) =>
    typeof each === 'string'
      ? { name: each, parts: [...DEFAULT_PARTS] }
      : { name: each.column, parts: Array.from(new Set(each.parts)) },
  )
  const twice = dates.find(({ name }, i) => dates.findIndex((other) => other.name === name) < i)
  if (twice === undefined) return dates
  throw new JobError(
    'bad_message',
    `date_columns names ${quote(twice.name)} twice: name it once, with all its parts.`,
  )
}

/** The columns of dates. */
export const dateNames = (given: DateColumns | null | undefined): string[] =>
  dateFeatures(given).map(({ name }) => name)

/** What the feature of a part is called. */
export const partName = (column: string, part: DatePart): string => `${column}_${part}`

/**
 * Puts the parts of each date in the place of its column, in `columns` itself.
 *
 * @throws JobError (bad_features) for a column that is not there or holds no dates, or a part whose name another column has.
 */
export function expandDates(columns: Column[], dates: readonly DateFeature[]): void {
  for (const date of dates) {
    const names = columns.map(({ name }) => name)
    const at = names.indexOf(date.name)
    if (at < 0) {
      throw new JobError(
        'bad_features',
        `date_columns names ${quote(date.name)}, but there is no such feature${nameHint(date.name, names)}: name a column that the dataset has and that is a feature.`,
      )
    }
    const parts = partsOf(columns[at], date, 0)
    const taken = parts.find(({ name }) => names.includes(name))
    if (taken !== undefined) {
      throw new JobError(
        'bad_features',
        `date_columns makes the feature ${quote(taken.name)}, and the dataset has a column of that name: leave that column or this part out.`,
      )
    }
    columns.splice(at, 1, ...parts)
  }
}

/**
 * The parts of a column of dates as text, in UTC where they have an offset; NaN where the value is missing.
 *
 * @param rowsBefore data rows before the column's first one, for errors.
 * @throws JobError (bad_features) for a value that is no date.
 */
export function partsOf(column: Column, { name, parts }: DateFeature, rowsBefore: number): NumberColumn[] {
  if (column.kind === 'number' && column.values.some((value) => !Number.isNaN(value))) {
    throw new JobError(
      'bad_features',
      `date_columns names ${quote(name)}, which holds numbers (${column.values.find((value) => !Number.isNaN(value))} for one): write dates as 2026-01-31 or 2026-01-31T13:45:00Z, or take it out of date_columns.`,
    )
  }
  const seconds = column.kind === 'text' ? column.categories.map(secondsOf) : []
  const codes = column.kind === 'text' ? column.codes : new Int32Array(column.values.length).fill(-1)
  const bad = codes.findIndex((code) => code >= 0 && Number.isNaN(seconds[code]))
  if (bad >= 0 && column.kind === 'text') {
    throw new JobError(
      'bad_features',
      `The date column ${quote(name)} has ${quote(column.categories[codes[bad]])} in data row ${rowsBefore + bad + 1}, which is not a date: write it as 2026-01-31 or 2026-01-31T13:45:00Z, or leave it empty.`,
    )
  }
  return parts.map((part): NumberColumn => {
    const ofCategory = seconds.map((value) => partOf(new Date(value * 1000), part))
    const values = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : ofCategory[code]))
    const dtype = values.some(Number.isNaN) ? 'float' : 'int'
    return { name: partName(name, part), kind: 'number', dtype, values }
  })
}

function partOf(date: Date, part: DatePart): number {
  switch (part) {
    case 'year':
      return date.getUTCFullYear()
    case 'quarter':
      return Math.floor(date.getUTCMonth() / 3) + 1
    case 'month':
      return date.getUTCMonth() + 1
    case 'day':
      return date.getUTCDate()
    case 'day_of_year':
      return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
    case 'weekday':
      return (date.getUTCDay() + 6) % 7
    case 'hour':
      return date.getUTCHours()
    case 'minute':
      return date.getUTCMinutes()
    case 'second':
      return date.getUTCSeconds()
  }
}
