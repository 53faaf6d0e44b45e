/** What looks wrong with a dataset, in sentences: what, where, and what to do. The most important come first. */
import { roundedInteger } from '../../data/exact-integers.ts'
import type { Column, NumberColumn, Table } from '../../data/table.ts'
import type { Task } from '../../data/task.ts'
import { list, percent, quote } from '../../errors/sentences.ts'
import { classIndices, identifies, isConstant, textRows } from './column-facts.ts'
import { headerNotes } from './header.ts'
import { accuracyOfOneColumn, r2OfOneColumn, sampleRows } from './leaks.ts'
import { daysAsNumbers, missingNumber } from './numbers.ts'
import { targetNotes } from './target.ts'
import { dates, disguisedNumbers, MAX_TEXTS_LOOKED_AT, missingSign, nested, twinsNote } from './texts.ts'

const MAX_NOTES = 10
const MAX_NOTES_OF_A_KIND = 5

/** The kinds of notes on features, and what a sentence counts of those that are too many to be said. */
const kinds = {
  leak: 'columns tell the target',
  digits: 'columns lose digits',
  disguised: 'text columns look like numbers',
  dates: 'columns hold dates as text or as one number',
  nested: 'columns hold lists or objects',
  identifier: 'columns look like identifiers',
  missingSign: 'columns have a sign for missing values',
  twins: 'columns have categories that differ only by case, blanks, marks or a final dot',
  constant: 'columns have one value',
} as const
type Kind = keyof typeof kinds
type Note = { readonly kind: Kind; readonly name: string; readonly text: string }

/** @param isDefault whether the target is the last column because no other was named. */
export function dataNotes(
  { rows, columns }: Table,
  target: Column,
  task: Task,
  isDefault: boolean,
): string[] {
  const features = columns.filter((column) => column !== target)
  const isRegression = task === 'regression'
  const classes = classIndices(target)
  const sample = sampleRows(classes, features.length)
  const notes = features.flatMap((column) => {
    const leaks =
      isRegression && target.kind === 'number'
        ? r2Notes(column, target, sample)
        : leakNotes(column, rows, classes, sample)
    return leaks.length > 0 ? leaks : columnNotes(column, rows)
  })
  const of = (kind: Kind) => firstNotes(notes.filter((note) => note.kind === kind))
  const ofTarget = isRegression ? { assumed: [], uneven: [] } : targetNotes(target, classes, isDefault)
  return mostImportant([
    ...ofTarget.assumed,
    ...headerNotes(columns),
    ...textNotes(target, true).map(({ text }) => text),
    ...(target.kind === 'number' ? [missingNumber(target)].filter((note) => note !== undefined) : []),
    ...of('leak'),
    ...of('digits'),
    ...of('disguised'),
    ...of('dates'),
    ...of('nested'),
    ...of('identifier'),
    ...ofTarget.uneven,
    ...of('missingSign'),
    ...of('twins'),
    ...of('constant'),
  ])
}

function mostImportant(notes: readonly string[]): string[] {
  if (notes.length <= MAX_NOTES) return [...notes]
  const kept = notes.slice(0, MAX_NOTES - 1)
  return [
    ...kept,
    `${notes.length - kept.length} more notes on the data, less important than these, were left out.`,
  ]
}

function firstNotes(notes: readonly Note[]): string[] {
  const texts = notes.map(({ text }) => text)
  if (notes.length <= MAX_NOTES_OF_A_KIND) return texts
  const rest = notes.slice(MAX_NOTES_OF_A_KIND)
  return [
    ...texts.slice(0, MAX_NOTES_OF_A_KIND),
    `${rest.length} more ${kinds[rest[0].kind]}: ${list(
      rest.map(({ name }) => quote(name)),
      10,
    )}.`,
  ]
}

function columnNotes(column: Column, rows: number): Note[] {
  const { name } = column
  const note = (kind: Kind, text: string): Note => ({ kind, name, text })
  if (isConstant(column)) {
    return [
      note('constant', `${quote(name)} has the same value in every row: it says nothing, so leave it out.`),
    ]
  }
  const texts = [...textNotes(column), ...numberNotes(column)]
  const isKnown = texts.some(({ kind }) => kind !== 'missingSign')
  if (!isKnown && identifies(column, rows)) {
    const text = `${quote(name)} has a different value in every row, as an identifier has: if it is one, it says nothing about new rows, so leave it out.`
    return [...digitNotes(column), note('identifier', text)]
  }
  const alike =
    column.kind === 'text' && !isKnown && isLookedAt(column)
      ? twinsNote('Categories', name, textRows(column))
      : undefined
  return [...digitNotes(column), ...texts, ...(alike === undefined ? [] : [note('twins', alike)])]
}

const isLookedAt = (column: Column) =>
  column.kind === 'text' && column.categories.length <= MAX_TEXTS_LOOKED_AT

function textNotes(column: Column, isTarget = false): Note[] {
  if (column.kind !== 'text' || !isLookedAt(column)) return []
  const { name } = column
  const texts = textRows(column)
  const disguised = disguisedNumbers(column, texts)
  const found: [Kind, string | undefined][] = [
    ['disguised', disguised],
    ['dates', dates(column, texts, isTarget)],
    ['nested', nested(column, texts)],
    // The note on numbers in disguise names the other texts itself.
    ['missingSign', disguised === undefined ? missingSign(column, texts) : undefined],
  ]
  return found.flatMap(([kind, text]) => (text === undefined ? [] : [{ kind, name, text }]))
}

function numberNotes(column: Column): Note[] {
  if (column.kind === 'text') return []
  const { name } = column
  const found: [Kind, string | undefined][] = [
    ['dates', daysAsNumbers(column)],
    ['missingSign', missingNumber(column)],
  ]
  return found.flatMap(([kind, text]) => (text === undefined ? [] : [{ kind, name, text }]))
}

function digitNotes(column: Column): Note[] {
  const example =
    column.kind === 'number' && column.exact !== undefined ? roundedInteger(column.exact) : undefined
  if (example === undefined) return []
  const { name } = column
  const text = `The column ${quote(name)} has integers beyond 2^53 (${example} for one), whose last digits are lost in a number: if they are identifiers, leave the column out, or put a letter in front to make them text.`
  return [{ kind: 'digits', name, text }]
}

function leakNotes(column: Column, rows: number, classes: Int32Array, sample: Int32Array): Note[] {
  if (isConstant(column) || identifies(column, rows)) return []
  const right = accuracyOfOneColumn(column, classes, sample)
  if (right === undefined) return []
  const { name } = column
  const text = `${quote(name)} alone tells the target in ${percent(right)} of the rows (leak suspected): if it is not known before the target is, leave it out.`
  return [{ kind: 'leak', name, text }]
}

function r2Notes(column: Column, target: NumberColumn, sample: Int32Array): Note[] {
  if (isConstant(column) || identifies(column, target.values.length)) return []
  const r2 = r2OfOneColumn(column, target, sample)
  if (r2 === undefined) return []
  const { name } = column
  const text = `${quote(name)} alone tells the target, with an R² of ${shown(r2)} (leak suspected): if it is not known before the target is, leave it out.`
  return [{ kind: 'leak', name, text }]
}

/** Rounded down, because 1 would be wrong. */
const shown = (r2: number) => (r2 === 1 ? '1' : (Math.floor(r2 * 10_000) / 10_000).toFixed(4))
