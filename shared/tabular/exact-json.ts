import { isWide } from '../data/exact-integers.ts'

/** An integer of so many digits that a double may not hold it. */
const LONG_INTEGER = /(?<![\d.])\d{16,}(?![\d.eE])/

/** `JSON.parse`, but integers that a double may not hold become a bigint. */
export function parseJson(text: string): unknown {
  return LONG_INTEGER.test(text) ? JSON.parse(text, exactly) : JSON.parse(text)
}

function exactly(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || !isWide(value)) return value
  return /^-?\d+$/.test(source) ? BigInt(source) : value
}
