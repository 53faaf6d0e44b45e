import type { Tree } from './model.ts'

/**
 * Minimal cost-complexity pruning (Breiman et al. 1984, chapter 3), as scikit-learn's `ccp_alpha`: the subtree with
 * the largest effective alpha that is not above `alpha`.
 */
export function prune(tree: Tree, classCount: number, alpha: number): Tree {
  const nodes = tree.feature.length
  const parent = new Int32Array(nodes).fill(-1)
  const nodeCost = tree.impurity.map(
    (impurity, i) => (tree.weightedSamples[i] * impurity) / tree.weightedSamples[0],
  )
  for (let i = 0; i < nodes; i++) {
    if (tree.left[i] < 0) continue
    parent[tree.left[i]] = i
    parent[tree.right[i]] = i
  }
  const leaves = new Int32Array(nodes)
  const branchCost = new Float64Array(nodes)
  for (let leaf = 0; leaf < nodes; leaf++) {
    if (tree.left[leaf] >= 0) continue
    branchCost[leaf] = nodeCost[leaf]
    for (let i = parent[leaf]; i >= 0; i = parent[i]) {
      branchCost[i] += nodeCost[leaf]
      leaves[i]++
    }
  }
  const effectiveAlpha = (i: number) => (nodeCost[i] - branchCost[i]) / (leaves[i] - 1)
  const alphas = tournament(nodes, (i) => (tree.left[i] < 0 ? Number.POSITIVE_INFINITY : effectiveAlpha(i)))
  const cut = new Uint8Array(nodes)

  while (Number.isFinite(alphas.minimum()) && !(alpha < alphas.minimum())) {
    const branch = alphas.argmin()
    const below = [branch]
    for (let i = below.pop(); i !== undefined; i = below.pop()) {
      if (cut[i] === 1 && i !== branch) continue
      cut[i] = 1
      alphas.set(i, Number.POSITIVE_INFINITY)
      if (tree.left[i] >= 0) below.push(tree.left[i], tree.right[i])
    }
    const fewer = leaves[branch] - 1
    const dearer = nodeCost[branch] - branchCost[branch]
    for (let i = parent[branch]; i >= 0; i = parent[i]) {
      leaves[i] -= fewer
      branchCost[i] += dearer
      alphas.set(i, effectiveAlpha(i))
    }
  }
  return cutAt(tree, classCount, cut)
}

/** The tree down to the nodes that are marked, which become leaves; depth first. */
function cutAt(tree: Tree, classCount: number, cut: Uint8Array): Tree {
  const kept: number[] = []
  const left: number[] = []
  const right: number[] = []
  const waiting = [{ node: 0, parent: -1, isLeft: false }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, parent, isLeft } = next
    if (parent >= 0) (isLeft ? left : right)[parent] = kept.length
    const here = kept.length
    kept.push(node)
    left.push(-1)
    right.push(-1)
    if (cut[node] === 1 || tree.left[node] < 0) continue
    waiting.push({ node: tree.right[node], parent: here, isLeft: false })
    waiting.push({ node: tree.left[node], parent: here, isLeft: true })
  }
  const isLeaf = (i: number) => left[i] < 0
  return {
    feature: Int32Array.from(kept, (node, i) => (isLeaf(i) ? -2 : tree.feature[node])),
    threshold: Float64Array.from(kept, (node, i) => (isLeaf(i) ? -2 : tree.threshold[node])),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    missingGoesLeft: Uint8Array.from(kept, (node, i) => (isLeaf(i) ? 0 : tree.missingGoesLeft[node])),
    value: Float64Array.from(
      { length: kept.length * classCount },
      (_, v) => tree.value[kept[Math.floor(v / classCount)] * classCount + (v % classCount)],
    ),
    impurity: Float64Array.from(kept, (node) => tree.impurity[node]),
    samples: Int32Array.from(kept, (node) => tree.samples[node]),
    weightedSamples: Float64Array.from(kept, (node) => tree.weightedSamples[node]),
  }
}

/** Keeps the index of the minimum of `size` values, the first among equals, as values change. */
function tournament(size: number, initial: (i: number) => number) {
  const values = Float64Array.from({ length: size }, (_, i) => initial(i))
  let base = 1
  while (base < size) base *= 2
  const winners = new Int32Array(2 * base).fill(-1)
  for (let i = 0; i < size; i++) winners[base + i] = i
  for (let slot = base - 1; slot >= 1; slot--) play(slot)

  function play(slot: number): void {
    const a = winners[2 * slot]
    const b = winners[2 * slot + 1]
    winners[slot] = b < 0 || values[a] <= values[b] ? a : b
  }

  return {
    argmin: () => winners[1],
    minimum: () => values[winners[1]],
    set(i: number, value: number): void {
      values[i] = value
      for (let slot = (base + i) >> 1; slot >= 1; slot >>= 1) play(slot)
    },
  }
}
