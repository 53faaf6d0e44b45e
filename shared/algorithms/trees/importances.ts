import type { Tree } from './model.ts'

/** Mean decrease in impurity per feature, summing to 1, or all 0 where the tree is one leaf. */
export function featureImportances(tree: Tree, columns: number): Float64Array {
  const importances = new Float64Array(columns)
  for (let i = 0; i < tree.feature.length; i++) {
    if (tree.left[i] < 0) continue
    const cost = (node: number) => tree.weightedSamples[node] * tree.impurity[node]
    importances[tree.feature[i]] += cost(i) - cost(tree.left[i]) - cost(tree.right[i])
  }
  return normalized(importances.map((importance) => importance / tree.weightedSamples[0]))
}

export function normalized(importances: Float64Array): Float64Array {
  const sum = importances.reduce((total, importance) => total + importance, 0)
  return sum > 0 ? importances.map((importance) => importance / sum) : importances
}
