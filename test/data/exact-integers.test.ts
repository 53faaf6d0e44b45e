import { expect, test } from 'vitest'
import { exactIntegers, haveWideIntegers, roundedInteger } from '../../shared/data/exact-integers.ts'

const column = (...digits: string[]) => exactIntegers(digits, Int32Array.from(digits.keys()))

test.each([
  ['9007199254740993', '9007199254740993'],
  ['9007199254740992', undefined],
  ['-9007199254740993', '-9007199254740993'],
  ['9'.repeat(400), '9'.repeat(400)],
  [`-${'9'.repeat(400)}`, `-${'9'.repeat(400)}`],
])('of %s the integer that a double rounds is %s', (digits, rounded) => {
  expect(roundedInteger(column(digits))).toBe(rounded)
})

test('integers are in ascending order by their value, and written once', () => {
  const { categories, codes } = exactIntegers(
    ['10', '-2', '+10', '9007199254740993'],
    Int32Array.of(0, 1, 2, -1, 3),
  )
  expect(categories).toEqual(['-2', '10', '9007199254740993'])
  expect(Array.from(codes)).toEqual([1, 0, 1, -1, 2])
})

test.each([
  [[1, 2 ** 53], true],
  [[1, 2 ** 53 - 1], false],
  [[0.5, 2 ** 60], false],
  [[Number.NaN, -(2 ** 60)], true],
  [[1, Number.POSITIVE_INFINITY], false],
])('%j has wide integers: %s', (values, wide) => {
  expect(haveWideIntegers(Float64Array.from(values))).toBe(wide)
})
