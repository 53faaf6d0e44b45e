import { expect, test } from 'vitest'
import { byCodePoint } from '../../shared/data/code-point-order.ts'

// Python: sorted([...]).
const sorted = [
  '',
  'Z',
  'a',
  'a\0',
  'aa',
  'ab',
  'ä',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '😀',
  '\u{10ffff}',
]

test('strings are in the order of their code points, as Python sorts them', () => {
  expect(sorted.toReversed().sort(byCodePoint)).toEqual(sorted)
})

test('the order is not that of UTF-16 units', () => {
  expect(byCodePoint('\uffff', '😀')).toBeLessThan(0)
  expect('\uffff' < '😀').toBe(false)
})

test('equal strings are equal, and a prefix comes first', () => {
  expect(byCodePoint('a😀', 'a😀')).toBe(0)
  expect(byCodePoint('a', 'a😀')).toBeLessThan(0)
  expect(byCodePoint('a😀', 'a')).toBeGreaterThan(0)
})
