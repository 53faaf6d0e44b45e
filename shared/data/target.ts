/** The target column: which it is, its classes, and whether they can be learned. */
import { JobError } from '../errors/job-error.ts'
import { list, plural, quote } from '../errors/sentences.ts'
import { categoriesOf, renumber } from './categories.ts'
import { rowsWithClass } from './missing-values.ts'
import { nameHint } from './name-hint.ts'
import { looksLikeNumber } from './number-like.ts'
import type { ClassTarget } from './preparation.ts'
import type { Column, NumberColumn, TextColumn } from './table.ts'
import { numberOf } from './text-values.ts'

/** Models and reports grow with the number of classes, the confusion matrix with its square. */
const MAX_CLASSES = 1000
/** One row of the test set and two of the training set. */
export const MIN_ROWS = 3

/**
 * The target column, by default the last.
 *
 * @throws JobError (target_missing) where no column has the name.
 */
export function findTarget(columns: readonly Column[], name: string | null | undefined): Column {
  if (name === null || name === undefined) return columns[columns.length - 1]
  const found = columns.find((source) => source.name === name)
  if (found !== undefined) return found
  const names = columns.map((source) => source.name)
  throw new JobError(
    'target_missing',
    `target_column is ${JSON.stringify(name)}, but the dataset has no such column${nameHint(name, names)}: its columns are ${list(names, 12)}.`,
  )
}

/**
 * The target's classes in sorted order, each row's class (-1: missing), and the rows that have one.
 *
 * @throws JobError (bad_target) where they are no classes: continuous numbers, one value, as many values as rows.
 */
export function encodeTarget(source: Column): { target: ClassTarget; classes: Int32Array; rows: Int32Array } {
  const { target, classes } = encode(source)
  const rows = rowsWithClass(classes)
  checkClasses(target, rows.length, lostWords(source))
  return { target, classes, rows }
}

/** Integers beyond 2^53 are classes by their digits, in ascending order: two that differ stay apart. */
function encode(source: Column): { target: ClassTarget; classes: Int32Array } {
  if (source.kind === 'text') return encodeTexts(source)
  const { name, exact } = source
  return exact === undefined ? encodeNumbers(source) : encodeTexts({ name, kind: 'text', ...exact })
}

function encodeTexts(source: TextColumn): { target: ClassTarget; classes: Int32Array } {
  const { categories, codes } = categoriesOf(
    source,
    source.codes.map((_, row) => row),
  )
  return { target: { name: source.name, dtype: 'text', classes: categories }, classes: codes }
}

function encodeNumbers({ name, dtype, values }: NumberColumn): { target: ClassTarget; classes: Int32Array } {
  const distinct = Array.from(new Set(values)).filter((value) => !Number.isNaN(value))
  const fraction = distinct.find((value) => !Number.isInteger(value))
  if (fraction !== undefined) {
    throw new JobError(
      'bad_target',
      `The target column ${quote(name)} holds continuous numbers (${fraction} for one), which are no classes: choose a column of classes, group its values, or send "task": "regression" to predict the numbers.`,
    )
  }
  distinct.sort((a, b) => a - b)
  const classOf = new Map(distinct.map((value, k) => [value, k]))
  const classes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) classes[i] = classOf.get(values[i]) ?? -1
  return { target: { name, dtype, classes: distinct }, classes }
}

/** Words of the column that count as missing, in a sentence: one of them may be a class. */
function lostWords(source: Column): string {
  const words = source.kind === 'text' ? [...(source.missingWords?.keys() ?? [])] : []
  if (words.length === 0) return ''
  const [count, is] = words.length === 1 ? ['counts', 'it is'] : ['count', 'one is']
  return ` ${list(words.map(quote), 5)} in it ${count} as missing: if ${is} a class, send csv: {"keep_default_na": false} or write another word.`
}

/** The share of texts that look like numbers from which the target is likely meant to be one of numbers. */
const MOST = 0.9
const MAX_WORDS_NAMED = 3

/** What the sender is told of texts that are most likely meant as numbers: a sentence, or nothing. */
function toPredictNumbers(texts: readonly (string | number)[]): string {
  const isPlain = (text: string) => !Number.isNaN(numberOf(text))
  const others = texts.map(String).filter((text) => !isPlain(text))
  const words = others.filter((text) => !looksLikeNumber(text))
  if (texts.length - words.length < MOST * texts.length) return ''
  const disguised = others.find(looksLikeNumber)
  const steps = [
    ...(disguised === undefined
      ? []
      : [`write plain numbers such as -1234.5 in place of ${quote(disguised)}`]),
    ...(words.length === 0
      ? []
      : [`leave cells empty that have no number (${list(words.map(quote), MAX_WORDS_NAMED)})`]),
  ]
  return ` To predict its numbers, ${[...steps, 'send "task": "regression"'].join(' and ')}.`
}

/** @param lost what the sender is told of words that count as missing. */
function checkClasses(target: ClassTarget, rows: number, lost: string): void {
  const column = `The target column ${quote(target.name)}`
  const count = target.classes.length
  const orRegression = target.dtype === 'text' ? '' : ', or send "task": "regression" to predict its numbers'
  const numbers = target.dtype === 'text' ? toPredictNumbers(target.classes) : ''
  if (rows === 0) {
    throw new JobError('bad_target', `${column} has no values: choose another target_column.${lost}`)
  }
  if (count === 1) {
    throw new JobError(
      'bad_target',
      `${column} has only one class, ${quote(target.classes[0])}: a classifier needs at least two.${lost}`,
    )
  }
  if (count === rows) {
    throw new JobError(
      'bad_target',
      `${column} has a different value in every row, as an identifier or a measured quantity has: choose a column of classes as target_column${orRegression}.${numbers}`,
    )
  }
  if (count > MAX_CLASSES) {
    throw new JobError(
      'bad_target',
      `${column} has ${count} different values, more than the ${MAX_CLASSES} classes that can be trained: choose a column of classes as target_column, or group its values${orRegression}.${numbers}`,
    )
  }
  if (rows < MIN_ROWS) {
    throw new JobError(
      'bad_target',
      `The dataset has ${plural(rows, 'row')} with a target: at least ${MIN_ROWS} are needed to train and test.`,
    )
  }
}

/**
 * The target with only the classes of the training rows, which are all that a model knows.
 *
 * @returns with it, per class of `target`, the index among the known ones (-1: unknown), and the unknown classes.
 * @throws JobError (bad_target) where the training rows have one class.
 */
export function knownClasses(
  target: ClassTarget,
  trainRows: Int32Array,
  classes: Int32Array,
): { known: ClassTarget; knownIndex: Int32Array; unknown: (string | number)[] } {
  const used = new Uint8Array(target.classes.length)
  for (const row of trainRows) used[classes[row]] = 1
  const isUsed = (_: unknown, k: number) => used[k] === 1
  const known: ClassTarget =
    target.dtype === 'text'
      ? { ...target, classes: target.classes.filter(isUsed) }
      : { ...target, classes: target.classes.filter(isUsed) }
  if (known.classes.length < 2) {
    throw new JobError(
      'bad_target',
      `All ${trainRows.length} training rows (four fifths of the dataset) have the same value in the target column ${quote(target.name)}: send more rows of the other classes.`,
    )
  }
  const all: readonly (string | number)[] = target.classes
  return { known, knownIndex: renumber(used), unknown: all.filter((_, k) => used[k] === 0) }
}

/** What the sender is told of classes that only test rows have. */
export function unknownClassesWarning(unknown: readonly (string | number)[]): string {
  const [noun, pronoun] = unknown.length === 1 ? ['the class', 'it'] : ['the classes', 'them']
  return `No training row has ${noun} ${list(unknown, 5)} (all its rows are among the test rows): the model does not know ${pronoun}.`
}
