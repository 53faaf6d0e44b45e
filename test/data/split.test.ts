import { expect, test } from 'vitest'
import { trainTestSplit } from '../../shared/data/split.ts'

test.each([3, 5, 11, 100])(
  'of %i rows a fifth, rounded up, is for the test, and every row is used once',
  (rows) => {
    const { train, test: held } = trainTestSplit(rows)
    expect(held.length).toBe(Math.ceil(rows / 5))
    expect([...train, ...held].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i))
  },
)

test('another seed gives another split', () => {
  expect(trainTestSplit(100, 0.2, 1).test).not.toEqual(trainTestSplit(100).test)
})
