import type { Tree } from './model.ts'

/** Mean decrease in impurity per feature, summing to 1, or all 0 where the tree is one leaf. */
export function featureImportances(tree: Tree, columns: number): Float64Array {
  const importances = new Float64Array(columns)
  for (let i = 0; i < tree.feature.length; i++) {
    if (tree.left[i] < 0) continue
    const cost = (node: number) => tree.weightedSamples[node] * tree.impurity[node]
    importances[tree.feature[i]] += cost(i) - cost(tree.left[i]) - cost(tree.right[i])
  }
  const shares = importances.map((importance) => importance / tree.weightedSamples[0])
  return sumOf(shares) > 0 ? normalized(shares) : shares
}

/** Importances that sum to 1, or all 0. */
export function normalized(importances: Float64Array): Float64Array {
  const sum = sumOf(importances)
  return sum === 0 ? importances : importances.map((importance) => importance / sum)
}

const sumOf = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
