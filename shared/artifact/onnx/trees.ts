import type { Tree } from '../../algorithms/trees/model.ts'
import { matrixColumns } from '../../data/matrix-columns.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import { type Attributes, elementType, type Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { rawColumns } from './raw-columns.ts'
import { rawThreshold } from './raw-threshold.ts'

/**
 * Trees as a TreeEnsembleClassifier on the raw columns: the scaling is folded into the thresholds. Thresholds and
 * class shares are doubles, so that equal shares stay equal and the first class wins, as in our own predictor.
 *
 * Two classes are written as three, of which no leaf names the last: with two, onnxruntime compares the second class'
 * share with 0, and not with the first's.
 */
export function treesOutput(
  graph: Graph,
  preparation: Preparation,
  trees: readonly Tree[],
  classCount: number,
): ModelOutput {
  const leaves = { tree: [] as number[], node: [] as number[], class: [] as number[], share: [] as number[] }
  forEachLeaf(trees, (tree, t, n) => {
    for (let k = 0; k < classCount; k++) {
      const share = tree.value[n * classCount + k]
      if (share === 0) continue
      leaves.tree.push(t)
      leaves.node.push(n)
      leaves.class.push(k)
      leaves.share.push(share)
    }
  })
  const [index, sums] = graph.mlNode(
    'TreeEnsembleClassifier',
    [rawColumns(graph, preparation)],
    {
      classlabels_int64s: Array.from({ length: Math.max(classCount, 3) }, (_, k) => k),
      ...nodesOf(preparation, trees),
      class_treeids: leaves.tree,
      class_nodeids: leaves.node,
      class_ids: leaves.class,
      class_weights_as_tensor: Float64Array.from(leaves.share),
      post_transform: 'NONE',
    },
    2,
  )
  const known = graph.constant(
    'known_classes',
    BigInt64Array.from({ length: classCount }, (_, k) => BigInt(k)),
    [classCount],
  )
  const treeCount = graph.constant('tree_count', Float32Array.of(trees.length), [1])
  const shares = graph.node('Gather', [sums, known], { axis: 1 })
  return { index, probabilities: graph.node('Div', [shares, treeCount]) }
}

/**
 * The mean of the trees' numbers as a TreeEnsembleRegressor on the raw columns, double [N,1].
 *
 * The operator's results are float32. So each number is written as three, of which the first two are whole multiples of
 * a unit of their own: a sum of them over the trees has at most 24 bits, which a float32 holds, and what the third loses is
 * below the precision of a double, or nearly.
 */
export function treesPrediction(
  graph: Graph,
  preparation: Preparation<Task>,
  trees: readonly Tree[],
): string {
  const leaves = { tree: [] as number[], node: [] as number[], part: [] as number[], value: [] as number[] }
  let greatest = 0
  forEachLeaf(trees, ({ value }, _, n) => {
    greatest = Math.max(greatest, Math.abs(value[n]))
  })
  const units = [2 ** -23, 2 ** -46].map(
    (share) => share * 2 ** Math.ceil(Math.log2(Math.max(greatest, Number.MIN_VALUE) * trees.length)),
  )
  forEachLeaf(trees, ({ value }, t, n) => {
    let rest = value[n]
    for (let part = 0; part < 3; part++) {
      const unit = units[part]
      const piece = part < 2 && unit > 0 ? Math.round(rest / unit) * unit : rest
      rest -= piece
      if (piece === 0 && part > 0) continue
      leaves.tree.push(t)
      leaves.node.push(n)
      leaves.part.push(part)
      leaves.value.push(piece)
    }
  })
  const [parts] = graph.mlNode(
    'TreeEnsembleRegressor',
    [rawColumns(graph, preparation)],
    {
      n_targets: 3,
      ...nodesOf(preparation, trees),
      target_treeids: leaves.tree,
      target_nodeids: leaves.node,
      target_ids: leaves.part,
      target_weights_as_tensor: Float64Array.from(leaves.value),
      aggregate_function: 'SUM',
      post_transform: 'NONE',
    },
    1,
  )
  const doubles = graph.node('Cast', [parts], { to: elementType('double') })
  // Not a MatMul with ones: onnxruntime fuses that with the division into one with a factor of float32.
  const axis = graph.constant('axis_of_parts', BigInt64Array.of(1n), [1])
  const sum = graph.node('ReduceSum', [doubles, axis], { keepdims: 1 })
  return graph.node('Div', [sum, graph.constant('tree_count', Float64Array.of(trees.length), [1])])
}

function forEachLeaf(trees: readonly Tree[], visit: (tree: Tree, t: number, node: number) => void): void {
  for (const [t, tree] of trees.entries()) {
    for (let n = 0; n < tree.feature.length; n++) if (tree.left[n] < 0) visit(tree, t, n)
  }
}

/** The attributes that both operators have: the nodes of all trees. */
function nodesOf({ features }: Preparation<Task>, trees: readonly Tree[]): Attributes {
  const columns = matrixColumns(features)
  const count = trees.reduce((sum, tree) => sum + tree.feature.length, 0)
  const nodes = {
    tree: new Array<number>(count),
    node: new Array<number>(count),
    feature: new Array<number>(count),
    left: new Array<number>(count),
    right: new Array<number>(count),
    missingGoesLeft: new Array<number>(count),
    mode: new Array<string>(count),
    threshold: new Float64Array(count),
  }
  let at = 0
  trees.forEach((tree, t) => {
    for (let n = 0; n < tree.feature.length; n++, at++) {
      const isLeaf = tree.left[n] < 0
      nodes.tree[at] = t
      nodes.node[at] = n
      nodes.feature[at] = isLeaf ? 0 : tree.feature[n]
      nodes.left[at] = isLeaf ? 0 : tree.left[n]
      nodes.right[at] = isLeaf ? 0 : tree.right[n]
      nodes.missingGoesLeft[at] = isLeaf ? 0 : tree.missingGoesLeft[n]
      nodes.mode[at] = isLeaf ? 'LEAF' : 'BRANCH_LEQ'
      nodes.threshold[at] = isLeaf
        ? 0
        : rawThreshold(tree.threshold[n], columns[tree.feature[n]], Math.fround)
    }
  })
  return {
    nodes_treeids: nodes.tree,
    nodes_nodeids: nodes.node,
    nodes_featureids: nodes.feature,
    nodes_modes: nodes.mode,
    nodes_truenodeids: nodes.left,
    nodes_falsenodeids: nodes.right,
    nodes_missing_value_tracks_true: nodes.missingGoesLeft,
    nodes_values_as_tensor: nodes.threshold,
  }
}
