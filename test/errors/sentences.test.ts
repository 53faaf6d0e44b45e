import { expect, test } from 'vitest'
import { list, percent, plural, quote, shorten } from '../../shared/errors/sentences.ts'

test('a value is quoted as JSON, a long one shortened', () => {
  expect([quote('a "b"'), quote(3), quote(null), quote(undefined)]).toEqual([
    '"a \\"b\\""',
    '3',
    'null',
    'undefined',
  ])
  expect([quote(Number.POSITIVE_INFINITY), quote(Number.NaN)]).toEqual(['Infinity', 'NaN'])
  expect(quote('x'.repeat(61))).toBe(`"${'x'.repeat(59)}…"`)
  expect(quote(Array.from({ length: 100 }, () => 1))).toHaveLength(60)
})

test('text is cut to its limit', () => {
  expect([shorten('abcd', 4), shorten('abcde', 4)]).toEqual(['abcd', 'abc…'])
})

test('names are listed up to a limit', () => {
  expect([list(['a', 'b'], 2), list(['a', 'b', 'c'], 2)]).toEqual(['a, b', 'a, b, …'])
})

test.each([
  [1, '1 row'],
  [0, '0 rows'],
  [2, '2 rows'],
])('%i is %s', (count, text) => {
  expect(plural(count, 'row')).toBe(text)
})

test.each<[number | null | undefined, string]>([
  [0.9666, '96.7 %'],
  [1, '100 %'],
  [0.99999, '100 %'],
  [0, '0 %'],
  [null, '–'],
  [undefined, '–'],
])('the share %s is %s', (share, text) => {
  expect(percent(share)).toBe(text)
})
