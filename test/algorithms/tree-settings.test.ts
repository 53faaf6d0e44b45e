import { describe, expect, test } from 'vitest'
import { decisionTreeHyperparameters } from '../../shared/algorithms/decision-tree/hyperparameters.ts'
import { rankRowsBytes } from '../../shared/algorithms/trees/memory-estimate.ts'
import { featureLimit, type MaxFeatures, treeSettings } from '../../shared/algorithms/trees/settings.ts'

test.each<[MaxFeatures, number, number]>([
  [null, 7, 7],
  ['sqrt', 1, 1],
  ['sqrt', 20, 4],
  ['log2', 1, 1],
  ['log2', 20, 4],
  [1, 20, 1],
  ['1.0', 20, 20],
  [20, 20, 20],
  [30, 20, 20],
  [0.5, 20, 10],
  [0.29, 10, 2],
  [0.01, 20, 1],
])('max_features %j of %i columns are %i', (maxFeatures, columns, expected) => {
  expect(featureLimit(maxFeatures, columns)).toBe(expected)
})

describe('settings', () => {
  const settings = (given: object, rows = 100) =>
    treeSettings(decisionTreeHyperparameters.schema.parse(given), {
      features: { rows, columns: 5 },
      featureNames: ['a', 'b', 'c', 'd', 'e'],
    })

  test('shares of the rows are rounded up, as scikit-learn does', () => {
    expect(settings({ min_samples_leaf: 0.021 }).minSamplesLeaf).toBe(3)
    expect(settings({ min_samples_split: 0.051 }).minSamplesSplit).toBe(6)
    expect(settings({ min_samples_split: '1.0' }).minSamplesSplit).toBe(100)
    expect(settings({ min_samples_split: 0.001 }).minSamplesSplit).toBe(2)
  })
  test('a split leaves room for two leaves', () => {
    expect(settings({ min_samples_leaf: 7 })).toMatchObject({ minSamplesLeaf: 7, minSamplesSplit: 14 })
  })
  test('no limit is the largest number, or -1 for leaves', () => {
    expect(settings({})).toMatchObject({ maxDepth: 2 ** 31 - 1, maxLeafNodes: -1, maxFeatures: 5 })
  })
  test('more max_features than columns are refused', () => {
    expect(() => settings({ max_features: 6 })).toThrow(
      'hyperparameters.max_features is 6, but there are only 5 feature columns: use at most 5.',
    )
  })
})

test('ranks are copied by rows where columns exceed the cache and nodes look at fewer than half of them', () => {
  const shape = { rows: 2 ** 17, columns: 20 }
  expect(rankRowsBytes(shape, 1)).toBe(2 ** 17 * 20 * 4)
  expect(rankRowsBytes(shape, 9)).toBe(2 ** 17 * 20 * 4)
  expect(rankRowsBytes(shape, 10)).toBe(0)
  expect(rankRowsBytes({ ...shape, rows: 2 ** 17 - 1 }, 1)).toBe(0)
  expect(rankRowsBytes({ rows: 2 ** 26, columns: 2 }, 0)).toBe(0)
})
