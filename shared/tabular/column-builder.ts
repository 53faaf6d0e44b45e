import { byCodePoint } from '../data/code-point-order.ts'
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
  /** Whether a number with a fraction, an exponent or a missing value was seen. */
  isFloat: boolean
  /** Numbers seen. */
  numbers: number
}

export function columnBuilder(kind: 'number' | 'text', capacity: number): ColumnBuilder {
  const builder: ColumnBuilder = {
    kind,
    values: new Float64Array(0),
    codes: new Int32Array(0),
    codeOf: new Map(),
    isFloat: false,
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

/** Makes room for `capacity` rows. Memory that is never written costs nothing until it is. */
export function grow(builder: ColumnBuilder, capacity: number): void {
  if (builder.kind === 'number') {
    const larger = new Float64Array(new SharedArrayBuffer(capacity * Float64Array.BYTES_PER_ELEMENT))
    larger.set(builder.values)
    builder.values = larger
  } else {
    const larger = new Int32Array(capacity)
    larger.set(builder.codes)
    builder.codes = larger
  }
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
 * The column of the first `rows` rows: categories sorted. Where all texts are true and false, in any case, the column is
 * `bool`; where some are missing too, it is text, of True and False, as pandas has it.
 */
export function finishColumn(name: string, builder: ColumnBuilder, rows: number): Column {
  if (builder.kind === 'number') {
    const values = builder.values.subarray(0, rows)
    return { name, kind: 'number', dtype: builder.isFloat || rows === 0 ? 'float' : 'int', values }
  }
  const codes = builder.codes.subarray(0, rows)
  const words = Array.from(builder.codeOf.keys())
  const truth = words.flatMap((word) => booleanOf(word) ?? [])
  if (words.length > 0 && truth.length === words.length) return booleanColumn(name, truth, codes)
  const categories = words.toSorted(byCodePoint)
  const sortedCode = new Int32Array(words.length)
  for (let k = 0; k < categories.length; k++) sortedCode[builder.codeOf.get(categories[k]) ?? 0] = k
  for (let i = 0; i < rows; i++) if (codes[i] >= 0) codes[i] = sortedCode[codes[i]]
  return { name, kind: 'text', categories, codes }
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
