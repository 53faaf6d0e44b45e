import { expect, test } from 'vitest'
import { sampleWeights } from '../../shared/data/sample-weights.ts'

const column = (values: number[]) => [
  { name: 'w', kind: 'number' as const, dtype: 'float' as const, values: Float64Array.from(values) },
]

test('only the training rows need weights', () => {
  const columns = column([2, Number.NaN, 0, 0.5])
  expect(Array.from(sampleWeights(columns, 'w', Int32Array.of(3, 0, 2)))).toEqual([0.5, 2, 0])
})

test.each([
  [
    [1, -2],
    'sample_weight_column is "w", which has -2 in data row 2: give each row a finite number of at least 0.',
  ],
  [[Number.NaN, 1], 'sample_weight_column is "w", which has no number in data row 1'],
  [[1, Number.POSITIVE_INFINITY], 'sample_weight_column is "w", which has Infinity in data row 2'],
  [[0, 0], 'sample_weight_column is "w", which has 0 in all training rows: give some of them more.'],
])('weights of %j are refused', (values, sentence) => {
  expect(() => sampleWeights(column(values), 'w', Int32Array.of(0, 1))).toThrow(sentence)
})
