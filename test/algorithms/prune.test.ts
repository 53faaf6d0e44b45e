/** Pruning and importances on a tree whose figures are scikit-learn's: x = 1 … 8, y = 0 0 1 0 1 1 0 1. */
import { describe, expect, test } from 'vitest'
import { featureImportances, normalized } from '../../shared/algorithms/trees/importances.ts'
import type { Tree } from '../../shared/algorithms/trees/model.ts'
import { prune } from '../../shared/algorithms/trees/prune.ts'

const chain: Tree = {
  feature: Int32Array.of(0, -2, 0, -2, 0, -2, 0, -2, 0, -2, -2),
  threshold: Float64Array.of(2.5, -2, 3.5, -2, 4.5, -2, 6.5, -2, 7.5, -2, -2),
  left: Int32Array.of(1, -1, 3, -1, 5, -1, 7, -1, 9, -1, -1),
  right: Int32Array.of(2, -1, 4, -1, 6, -1, 8, -1, 10, -1, -1),
  missingGoesLeft: new Uint8Array(11),
  value: Float64Array.of(
    ...[0.5, 0.5, 1, 0, 1 / 3, 2 / 3, 0, 1, 0.4, 0.6, 1, 0],
    ...[0.25, 0.75, 0, 1, 0.5, 0.5, 1, 0, 0, 1],
  ),
  impurity: Float64Array.of(0.5, 0, 4 / 9, 0, 0.48, 0, 0.375, 0, 0.5, 0, 0),
  samples: Int32Array.of(8, 2, 6, 1, 5, 1, 4, 2, 2, 1, 1),
  weightedSamples: Float64Array.of(8, 2, 6, 1, 5, 1, 4, 2, 2, 1, 1),
}

// cost_complexity_pruning_path: the alphas 0, 1/12 and 1/6.
describe('pruning', () => {
  test('below the first alpha nothing is cut', () => {
    expect(prune(chain, 2, 1 / 12 - 1e-9)).toEqual(chain)
  })

  test('an alpha between the first and the second cuts the weakest branch', () => {
    const pruned = prune(chain, 2, 0.1)
    expect(Array.from(pruned.threshold)).toEqual([2.5, -2, -2])
    expect(Array.from(pruned.feature)).toEqual([0, -2, -2])
    expect(Array.from(pruned.left)).toEqual([1, -1, -1])
    expect(Array.from(pruned.right)).toEqual([2, -1, -1])
    expect(Array.from(pruned.value)).toEqual([0.5, 0.5, 1, 0, 1 / 3, 2 / 3])
    expect(Array.from(pruned.samples)).toEqual([8, 2, 6])
  })

  test('an alpha above the last leaves the root', () => {
    const { feature, value, samples } = prune(chain, 2, 0.2)
    expect({ feature, value, samples }).toEqual({
      feature: Int32Array.of(-2),
      value: Float64Array.of(0.5, 0.5),
      samples: Int32Array.of(8),
    })
  })
})

describe('importances', () => {
  test('of a tree on one feature are 1', () => {
    expect(Array.from(featureImportances(chain, 1))).toEqual([1])
  })

  test('are each split’s decrease in impurity, by the share of the rows, of their sum', () => {
    const two = { ...chain, feature: chain.feature.map((feature, node) => (node === 0 ? 1 : feature)) }
    // Root: 8 * 0.5 - 6 * 4/9 = 4/3; the branch below it loses all its impurity, 6 * 4/9 = 8/3.
    const [below, root] = featureImportances(two, 2)
    expect(root).toBeCloseTo(1 / 3, 15)
    expect(below).toBeCloseTo(2 / 3, 15)
  })

  test('of a tree that is one leaf are 0', () => {
    expect(Array.from(featureImportances(prune(chain, 2, 1), 2))).toEqual([0, 0])
    expect(Array.from(normalized(Float64Array.of(1, 3)))).toEqual([0.25, 0.75])
  })
})
