import { isWide } from './exact-integers.ts'
import { missingCode, UNKNOWN } from './missing-values.ts'
import { MISSING_WORDS } from './missing-words.ts'
import type { CategoryFeature } from './preparation.ts'
import { booleanOf, numberOf } from './text-values.ts'

/** The code of a missing value while the rows of a text column are looked up: neither a category nor unknown. */
export const MISSING = -2

/**
 * Finds the category of a text. The same value has the same category whatever file format it comes from:
 *
 * 1. the category of that very text;
 * 2. else missing, where the text is one of pandas' words for it;
 * 3. else the category that spells the same number (1.5 and 1.50; 1, 01 and 1.0), at best as JavaScript does;
 * 4. else the category that is the same truth value (true and True);
 * 5. else none: UNKNOWN.
 */
export type CategoryFinder = (text: string) => number

export function categoryFinder({ categories }: CategoryFeature): CategoryFinder {
  const codeOf = new Map(categories.map((category, k) => [category, k]))
  let codeByValue: Map<Value, number> | undefined
  return (text) => {
    const exact = codeOf.get(text)
    if (exact !== undefined) return exact
    if (MISSING_WORDS.has(text)) return MISSING
    codeByValue ??= codesByValue(categories)
    const value = valueOfText(text)
    return value === undefined ? UNKNOWN : (codeByValue.get(value) ?? UNKNOWN)
  }
}

/** A number, an integer beyond 2^53 by its digits, or a truth value. */
type Value = number | bigint | boolean

function valueOfText(text: string): Value | undefined {
  const number = numberOf(text)
  if (Number.isNaN(number)) {
    const truth = booleanOf(text)
    return Number.isNaN(truth) ? undefined : truth === 1
  }
  if (!isWide(number) || !Number.isFinite(number)) return number
  const digits = text.trim().replace(/^\+/, '')
  return BigInt(/^-?\d+$/.test(digits) ? digits : number)
}

/** The categories that spell a value, by it: 7 finds "007", but rather "7" where both are known. */
function codesByValue(categories: readonly string[]): Map<Value, number> {
  const codes = new Map<Value, number>()
  categories.forEach((category, k) => {
    const value = valueOfText(category)
    if (value !== undefined && (!codes.has(value) || String(value) === category)) codes.set(value, k)
  })
  return codes
}

/** What the model gets for a found code. */
export function featureCode(found: number, feature: CategoryFeature): number {
  return found === MISSING ? missingCode(feature) : found
}
