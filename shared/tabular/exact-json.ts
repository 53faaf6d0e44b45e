import { isWide } from '../data/exact-integers.ts'

/** An integer of so many digits that a double may not hold it. */
const LONG_INTEGER = /(?<![\d.])\d{16,}(?![\d.eE])/

/** What Python's json.dumps writes for numbers that JSON has not, beside the strings that may hold the same words. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|\bNaN\b|\bInfinity\b/g
const WORD = /\b(?:NaN|Infinity)\b/

/** `JSON.parse`, but integers that a double may not hold become a bigint, and NaN (a missing value) and Infinity are read. */
export function parseJson(text: string): unknown {
  const json = WORD.test(text) ? text.replace(STRING_OR_WORD, inJson) : text
  return LONG_INTEGER.test(json) ? JSON.parse(json, exactly) : JSON.parse(json)
}

function inJson(part: string): string {
  if (part === 'NaN') return 'null'
  return part === 'Infinity' ? '1e999' : part
}

function exactly(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || !isWide(value)) return value
  return /^-?\d+$/.test(source) ? BigInt(source) : value
}
