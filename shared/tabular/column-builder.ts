import { byCodePoint } from '../data/code-point-order.ts'
import { exactIntegers, isWide, MAX_EXACT_INTEGERS } from '../data/exact-integers.ts'
import type { Column } from '../data/table.ts'
import { JobError } from '../errors/job-error.ts'
import { MAX_TEXTS } from './limits.ts'

/** The rows of one column while they are being read. */
export type ColumnBuilder = {
  kind: 'number' | 'text'
  /** number: the values; text: nothing. */
  values: Float64Array
  /** text: the code of each row's value in `codeOf`, or -1. */
  codes: Int32Array
  readonly codeOf: Map<string, number>
  /** text: the words that count as missing, and in how many rows they occur. Empty fields are not counted. */
  readonly missingWords: Map<string, number>
  /** The last row whose word was counted: a row that was read incomplete is read again. */
  lastWordRow: number
  /** Whether a number with a fraction, an exponent or a missing value was seen. */
  isFloat: boolean
  /** Whether a number that is no integer was seen. */
  hasFractions: boolean
  /** Whether an integer beyond 2^53 was seen. */
  hasWide: boolean
  /** If the digits of integers are kept: the code of each row's integer, or -1. */
  digits: { codes: Int32Array; readonly codeOf: Map<string, number> } | undefined
  /** Numbers seen. */
  numbers: number
}

/**
 * @param keepDigits whether the digits of integers are kept, too.
 * @param missingWords the words for missing that were counted so far.
 */
export function columnBuilder(
  kind: 'number' | 'text',
  capacity: number,
  { keepDigits = false, missingWords = new Map<string, number>() } = {},
): ColumnBuilder {
  const builder: ColumnBuilder = {
    kind,
    values: new Float64Array(0),
    codes: new Int32Array(0),
    codeOf: new Map(),
    missingWords,
    lastWordRow: -1,
    isFloat: false,
    hasFractions: false,
    hasWide: false,
    digits: keepDigits ? { codes: new Int32Array(0), codeOf: new Map() } : undefined,
    numbers: 0,
  }
  grow(builder, capacity)
  return builder
}

/** The code of a text in the builder's column. */
export function codeOf(builder: ColumnBuilder, text: string): number {
  let code = builder.codeOf.get(text)
  if (code === undefined) {
    code = builder.codeOf.size
    if (code === MAX_TEXTS) throw tooManyTexts()
    builder.codeOf.set(text, code)
  }
  return code
}

const tooManyTexts = () =>
  new JobError(
    'dataset_too_large',
    `A text column of the dataset has more than ${MAX_TEXTS} different values, which is the limit: leave out columns such as ids and free text.`,
  )

/** Adds a row without a value to a column of texts. */
export function addMissingText(builder: ColumnBuilder, row: number, word: string): void {
  builder.codes[row] = -1
  countWord(builder, row, word)
}

function countWord(builder: ColumnBuilder, row: number, word: string): void {
  if (word === '' || row === builder.lastWordRow) return
  builder.missingWords.set(word, (builder.missingWords.get(word) ?? 0) + 1)
  builder.lastWordRow = row
}

/** Makes room for `capacity` rows. Memory that is never written costs nothing until it is. */
export function grow(builder: ColumnBuilder, capacity: number): void {
  if (builder.kind === 'number') {
    const larger = new Float64Array(new SharedArrayBuffer(capacity * Float64Array.BYTES_PER_ELEMENT))
    larger.set(builder.values)
    builder.values = larger
    if (builder.digits !== undefined) builder.digits.codes = grownCodes(builder.digits.codes, capacity)
  } else {
    builder.codes = grownCodes(builder.codes, capacity)
  }
}

function grownCodes(codes: Int32Array, capacity: number): Int32Array {
  const larger = new Int32Array(capacity)
  larger.set(codes)
  return larger
}

/**
 * Adds a row's number.
 *
 * @param text how the number was written; only called where the digits are kept.
 */
export function addNumber(
  builder: ColumnBuilder,
  row: number,
  value: number,
  isInteger: boolean,
  text: () => string,
): void {
  builder.values[row] = value
  builder.numbers++
  if (isInteger) {
    if (isWide(value)) builder.hasWide = true
    if (builder.digits !== undefined) keepDigits(builder, row, text())
  } else {
    builder.isFloat = true
    builder.hasFractions = true
  }
}

function keepDigits({ digits }: ColumnBuilder, row: number, text: string): void {
  if (digits === undefined) return
  const { codes, codeOf } = digits
  // Marks between thousands are not digits.
  const integer = text.replace(/[^\d-]/g, '')
  const code = codeOf.get(integer) ?? codeOf.size
  if (code <= MAX_EXACT_INTEGERS) codeOf.set(integer, code)
  codes[row] = code
}

/**
 * Adds a row without a value to a column of numbers, which may prove to be one of texts.
 *
 * @param word that stands for missing; empty where the field is.
 */
export function addMissing(builder: ColumnBuilder, row: number, word: string): void {
  countWord(builder, row, word)
  builder.values[row] = Number.NaN
  builder.isFloat = true
  if (builder.digits !== undefined) builder.digits.codes[row] = -1
}

/** Whether the column's integers are not all held by its numbers. */
export function needsDigits({ kind, hasWide, hasFractions, digits }: ColumnBuilder): boolean {
  return kind === 'number' && hasWide && !hasFractions && digits === undefined
}

/** Turns a column in which only missing values were seen so far into a text column. */
export function becomeText(builder: ColumnBuilder): void {
  builder.kind = 'text'
  builder.codes = new Int32Array(builder.values.length).fill(-1)
  builder.values = new Float64Array(0)
}

const booleans = new Map([
  ['true', 1],
  ['false', 0],
])

/** 1 and 0 for true and false in any case, else undefined. */
function booleanOf(word: string): number | undefined {
  return word.length > 5 ? undefined : booleans.get(word.toLowerCase())
}

/**
 * The column of the first `rows` rows: categories sorted. Where all texts are true and false, in any case, the column
 * is `bool`; where some are missing too, it is text, of True and False, as pandas has it.
 */
export function finishColumn(name: string, builder: ColumnBuilder, rows: number): Column {
  if (builder.kind === 'number') {
    const values = builder.values.subarray(0, rows)
    const dtype = builder.isFloat || rows === 0 ? 'float' : 'int'
    const { digits, hasFractions } = builder
    if (digits === undefined || hasFractions || digits.codeOf.size > MAX_EXACT_INTEGERS) {
      return { name, kind: 'number', dtype, values }
    }
    const exact = exactIntegers([...digits.codeOf.keys()], digits.codes.subarray(0, rows))
    return { name, kind: 'number', dtype, values, exact }
  }
  const codes = builder.codes.subarray(0, rows)
  const words = Array.from(builder.codeOf.keys())
  const truth = words.flatMap((word) => booleanOf(word) ?? [])
  const { missingWords } = builder
  const missing = missingWords.size > 0 ? { missingWords } : {}
  if (words.length > 0 && truth.length === words.length) {
    return { ...booleanColumn(name, truth, codes), ...missing }
  }
  const categories = words.toSorted(byCodePoint)
  const sortedCode = new Int32Array(words.length)
  for (let k = 0; k < categories.length; k++) sortedCode[builder.codeOf.get(categories[k]) ?? 0] = k
  for (let i = 0; i < rows; i++) if (codes[i] >= 0) codes[i] = sortedCode[codes[i]]
  return { name, kind: 'text', categories, codes, ...missing }
}

/** @param truth what each code stands for. */
function booleanColumn(name: string, truth: readonly number[], codes: Int32Array): Column {
  if (codes.includes(-1)) {
    const categories = ['False', 'True'].filter((_, value) => truth.includes(value))
    const sortedCode = truth.map((value) => (categories.length === 1 ? 0 : value))
    return { name, kind: 'text', categories, codes: codes.map((code) => (code < 0 ? -1 : sortedCode[code])) }
  }
  const values = new Float64Array(new SharedArrayBuffer(codes.length * Float64Array.BYTES_PER_ELEMENT))
  for (let i = 0; i < codes.length; i++) values[i] = truth[codes[i]]
  return { name, kind: 'number', dtype: 'bool', values }
}
