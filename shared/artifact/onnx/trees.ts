import type { Tree } from '../../algorithms/trees/model.ts'
import { type MatrixColumn, matrixColumns } from '../../data/matrix-columns.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import type { Attributes, WholeNumbers } from './attribute.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { rawColumns } from './raw-columns.ts'
import { largestRounded, rawThreshold } from './raw-threshold.ts'
import { elementType } from './tensor.ts'

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
  const leaves = trees.map((tree) =>
    leavesOf(tree, 0, classCount, (node, shares) => {
      for (let k = 0; k < classCount; k++) shares[k] = tree.value[node * classCount + k]
    }),
  )
  const [index, sums] = graph.mlNode(
    'TreeEnsembleClassifier',
    [rawColumns(graph, preparation)],
    {
      classlabels_int64s: Array.from({ length: Math.max(classCount, 3) }, (_, k) => k),
      ...nodesOf(preparation, trees),
      class_treeids: { ints: leaves.map(({ node }, t) => node.map(() => t)) },
      class_nodeids: { ints: leaves.map(({ node }) => node) },
      class_ids: { ints: leaves.map(({ id }) => id) },
      class_weights_as_tensor: valuesOf(leaves),
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
  const largest = trees.reduce(
    (most, { left, value }) =>
      value.reduce((most, v, n) => (left[n] < 0 ? Math.max(most, Math.abs(v)) : most), most),
    0,
  )
  const units = [2 ** -23, 2 ** -46].map(
    (share) => share * 2 ** Math.ceil(Math.log2(Math.max(largest, Number.MIN_VALUE) * trees.length)),
  )
  const leaves = trees.map((tree) =>
    leavesOf(tree, 1, 3, (node, parts) => {
      let rest = tree.value[node]
      for (let part = 0; part < 3; part++) {
        const unit = units[part]
        parts[part] = part < 2 && unit > 0 ? Math.round(rest / unit) * unit : rest
        rest -= parts[part]
      }
    }),
  )
  const [parts] = graph.mlNode(
    'TreeEnsembleRegressor',
    [rawColumns(graph, preparation)],
    {
      n_targets: 3,
      ...nodesOf(preparation, trees),
      target_treeids: { ints: leaves.map(({ node }, t) => node.map(() => t)) },
      target_nodeids: { ints: leaves.map(({ node }) => node) },
      target_ids: { ints: leaves.map(({ id }) => id) },
      target_weights_as_tensor: valuesOf(leaves),
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

/** What the leaves of a tree predict: the node, the number of the class or part, and its value where that is not 0. */
type Leaves = { readonly node: Int32Array; readonly id: Int32Array; readonly value: Float64Array }

/**
 * @param always how many values of a leaf are given also where they are 0
 * @param width values of a leaf, which `write` writes
 */
function leavesOf(
  { left }: Tree,
  always: number,
  width: number,
  write: (node: number, values: Float64Array) => void,
): Leaves {
  const values = new Float64Array(width)
  let count = 0
  const forEachValue = (take: (node: number, id: number) => void) => {
    for (let node = 0; node < left.length; node++) {
      if (left[node] >= 0) continue
      write(node, values)
      for (let id = 0; id < width; id++) if (id < always || values[id] !== 0) take(node, id)
    }
  }
  forEachValue(() => {
    count++
  })
  const leaves = { node: new Int32Array(count), id: new Int32Array(count), value: new Float64Array(count) }
  let at = 0
  forEachValue((node, id) => {
    leaves.node[at] = node
    leaves.id[at] = id
    leaves.value[at++] = values[id]
  })
  return leaves
}

function valuesOf(leaves: readonly Leaves[]): Float64Array {
  const values = new Float64Array(leaves.reduce((sum, { value }) => sum + value.length, 0))
  let at = 0
  for (const { value } of leaves) {
    values.set(value, at)
    at += value.length
  }
  return values
}

/** The attributes that both operators have: the nodes of all trees. What only a split has is 0 in a leaf. */
function nodesOf({ features }: Preparation<Task>, trees: readonly Tree[]): Attributes {
  const columns = matrixColumns(features)
  return {
    nodes_treeids: { ints: ofTrees(trees, ({ feature }, t) => new Int32Array(feature.length).fill(t)) },
    nodes_nodeids: { ints: ofTrees(trees, ({ feature }) => feature.map((_, n) => n)) },
    nodes_featureids: { ints: ofTrees(trees, ({ feature }) => feature.map(orZero)) },
    nodes_modes: { words: ['BRANCH_LEQ', 'LEAF'], texts: ofTrees(trees, ({ left }) => left.map(isLeaf)) },
    nodes_truenodeids: { ints: ofTrees(trees, ({ left }) => left.map(orZero)) },
    nodes_falsenodeids: { ints: ofTrees(trees, ({ right }) => right.map(orZero)) },
    nodes_missing_value_tracks_true: {
      ints: ofTrees(trees, ({ left, missingGoesLeft }) =>
        missingGoesLeft.map((goes, n) => (left[n] < 0 ? 0 : goes)),
      ),
    },
    nodes_values_as_tensor: rawThresholds(trees, columns),
  }
}

const isLeaf = (left: number) => (left < 0 ? 1 : 0)
const orZero = (value: number) => Math.max(0, value)

function* ofTrees(
  trees: readonly Tree[],
  values: (tree: Tree, t: number) => WholeNumbers,
): Generator<WholeNumbers> {
  for (const [t, tree] of trees.entries()) yield values(tree, t)
}

function rawThresholds(trees: readonly Tree[], columns: readonly MatrixColumn[]): Float64Array {
  const thresholds = new Float64Array(trees.reduce((sum, tree) => sum + tree.feature.length, 0))
  let at = 0
  for (const { feature, left, threshold } of trees) {
    for (let n = 0; n < feature.length; n++, at++) {
      if (left[n] >= 0) thresholds[at] = rawThreshold(largestRounded(threshold[n]), columns[feature[n]])
    }
  }
  return thresholds
}
