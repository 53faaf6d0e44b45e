import { expect, test } from 'vitest'
import {
  imputed,
  missingCode,
  missingNumberWarning,
  rowsWithClass,
} from '../../shared/data/missing-values.ts'

const number = { kind: 'number' as const, name: 'a', dtype: 'float' as const, impute: 2, mean: 2, scale: 1 }
const text = {
  kind: 'text' as const,
  name: 'c',
  categories: ['x', 'y'],
  missingSeen: true,
  mean: 0,
  scale: 1,
}

test('rows without a class are left out', () => {
  expect(Array.from(rowsWithClass(Int32Array.of(0, -1, 2, -1, 1)))).toEqual([0, 2, 4])
})

test('a missing number is the mean, or NaN for algorithms that handle it', () => {
  expect([imputed(5, number), imputed(Number.NaN, number)]).toEqual([5, 2])
  expect(imputed(Number.NaN, { ...number, impute: null })).toBeNaN()
})

test('a missing text is a category after all others where training saw one, else unknown', () => {
  expect([missingCode(text), missingCode({ ...text, missingSeen: false })]).toEqual([2, -1])
})

test.each([
  [1, 2, 'The column "a" has 1 missing value, replaced by the mean of the training rows, 2.'],
  [3, 2, 'The column "a" has no value in any row: it says nothing, so leave it out.'],
  [3, null, 'The column "a" has no value in any row: it says nothing, so leave it out.'],
])('%i of three missing, with %s in their place', (missing, impute, sentence) => {
  expect(missingNumberWarning(missing, { ...number, impute }, 3)).toBe(sentence)
})
