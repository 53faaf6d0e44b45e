import { hasLogLink } from '../../algorithms/gradient-boosting/loss.ts'
import type { GradientBoostingModel } from '../../algorithms/gradient-boosting/model.ts'
import { CATEGORICAL, MISSING_LEFT } from '../../algorithms/gradient-boosting/node-flags.ts'
import { type MatrixColumn, matrixColumns } from '../../data/matrix-columns.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { rawColumns } from './raw-columns.ts'
import { rawThreshold } from './raw-threshold.ts'
import { elementType } from './tensor.ts'

/** The raw predictions, in single precision, and of them the class and the probabilities. */
export function gradientBoostingOutput(
  graph: Graph,
  preparation: Preparation,
  model: GradientBoostingModel,
): ModelOutput {
  const raw = leafSums(graph, preparation, model, model.baseline)
  if (model.baseline.length > 1) {
    return {
      index: graph.node('ArgMax', [raw], { axis: 1, keepdims: 0 }),
      probabilities: graph.node('Softmax', [raw], { axis: 1 }),
    }
  }
  const zero = graph.constant('zero', Float32Array.of(0), [1])
  const one = graph.constant('one', Float32Array.of(1), [1])
  const all = graph.constant('all', BigInt64Array.of(-1n), [1])
  const isSecond = graph.node('Reshape', [graph.node('Greater', [raw, zero]), all])
  const second = graph.node('Sigmoid', [raw])
  return {
    index: graph.node('Cast', [isSecond], { to: elementType('int64') }),
    probabilities: graph.node('Concat', [graph.node('Sub', [one, second]), second], { axis: 1 }),
  }
}

/**
 * The predicted numbers, double `[N, 1]`: the trees' sum in single precision, the baseline added to it in double precision.
 */
export function gradientBoostingPrediction(
  graph: Graph,
  preparation: Preparation<Task>,
  model: GradientBoostingModel,
): string {
  const sums = leafSums(graph, preparation, model, Float64Array.of(0))
  const baseline = graph.constant('baseline', model.baseline, [1])
  const raw = graph.node('Add', [graph.node('Cast', [sums], { to: elementType('double') }), baseline])
  return hasLogLink(model.loss) ? graph.node('Exp', [raw]) : raw
}

/**
 * A TreeEnsembleRegressor on the raw columns: the scaling is folded into the thresholds, which are doubles. A categorical
 * split is a chain of comparisons with the categories of one side, all of which lead to the same child.
 *
 * @returns float `[N, outputs]`: `base` and the leaves' values
 */
function leafSums(
  graph: Graph,
  preparation: Preparation<Task>,
  model: GradientBoostingModel,
  base: Float64Array,
): string {
  const nodes = flatten(model, matrixColumns(preparation.features))
  const outputs = model.baseline.length
  const [raw] = graph.mlNode(
    'TreeEnsembleRegressor',
    [rawColumns(graph, preparation)],
    {
      n_targets: outputs,
      base_values_as_tensor: base,
      nodes_treeids: nodes.tree,
      nodes_nodeids: nodes.node,
      nodes_featureids: nodes.feature,
      nodes_modes: nodes.mode,
      nodes_truenodeids: nodes.left,
      nodes_falsenodeids: nodes.right,
      nodes_missing_value_tracks_true: nodes.missingGoesLeft,
      nodes_values_as_tensor: Float64Array.from(nodes.threshold),
      target_treeids: nodes.leafTree,
      target_nodeids: nodes.leafNode,
      target_ids: nodes.leafTree.map((tree) => tree % outputs),
      target_weights_as_tensor: Float64Array.from(nodes.leafValue),
      post_transform: 'NONE',
    },
    1,
  )
  return raw
}

type Flat = ReturnType<typeof flatten>

function flatten(model: GradientBoostingModel, columns: readonly MatrixColumn[]) {
  const flat = {
    tree: [] as number[],
    node: [] as number[],
    feature: [] as number[],
    mode: [] as string[],
    left: [] as number[],
    right: [] as number[],
    missingGoesLeft: [] as number[],
    threshold: [] as number[],
    leafTree: [] as number[],
    leafNode: [] as number[],
    leafValue: [] as number[],
  }
  const values = rawCategories(model, columns)
  model.roots.forEach((root, tree) => {
    const end = model.roots[tree + 1] ?? model.feature.length
    let nextId = end - root
    for (let node = root; node < end; node++) {
      const feature = model.feature[node]
      const about = { tree, id: node - root, feature }
      const children = { left: node + 1 - root, right: model.right[node] - root }
      if (feature < 0) {
        push(flat, { ...about, feature: 0 }, 'LEAF', { left: 0, right: 0 }, false, 0)
        flat.leafTree.push(tree)
        flat.leafNode.push(about.id)
        flat.leafValue.push(model.value[node])
        continue
      }
      const missingLeft = (model.marks[node] & MISSING_LEFT) !== 0
      if ((model.marks[node] & CATEGORICAL) === 0) {
        const threshold = rawThreshold(model.value[node], columns[feature])
        push(flat, about, 'BRANCH_LEQ', children, missingLeft, threshold)
        continue
      }
      nextId = pushChain(flat, about, children, missingLeft, chosen(model, node, missingLeft, values), nextId)
    }
  })
  return flat
}

function push(
  flat: Flat,
  about: { readonly tree: number; readonly id: number; readonly feature: number },
  mode: string,
  children: { readonly left: number; readonly right: number },
  missingGoesLeft: boolean,
  threshold: number,
): void {
  flat.tree.push(about.tree)
  flat.node.push(about.id)
  flat.feature.push(about.feature)
  flat.mode.push(mode)
  flat.left.push(children.left)
  flat.right.push(children.right)
  flat.missingGoesLeft.push(missingGoesLeft ? 1 : 0)
  flat.threshold.push(threshold)
}

/** Per categorical feature the raw values of its categories. */
function rawCategories({ categories }: GradientBoostingModel, columns: readonly MatrixColumn[]) {
  return new Map(
    categories.map(({ feature, values }) => [
      feature,
      Array.from(values, (value) => rawValue(value, columns[feature])),
    ]),
  )
}

/** A raw value that is scaled to `scaled`: preferably a whole number or a short decimal, as the dataset has them. */
function rawValue(scaled: number, column: MatrixColumn): number {
  const { mean, scale } = column
  const about = scaled * scale + mean
  const candidates = [Math.round(about), ...[12, 15, 16].map((digits) => Number(about.toPrecision(digits)))]
  return candidates.find((value) => (value - mean) / scale === scaled) ?? rawThreshold(scaled, column)
}

/** The categories that go to the side where missing and unknown values do not. */
function chosen(
  { feature, value, sets }: GradientBoostingModel,
  node: number,
  missingLeft: boolean,
  values: ReadonlyMap<number, readonly number[]>,
): number[] {
  const set = 32 * value[node]
  const isLeft = (code: number) => ((sets[set + (code >> 3)] >> (code & 7)) & 1) === 1
  return (values.get(feature[node]) ?? []).filter((_, code) => isLeft(code) !== missingLeft)
}

/** Returns the next node id that is free. */
function pushChain(
  flat: Flat,
  about: { readonly tree: number; readonly id: number; readonly feature: number },
  { left, right }: { readonly left: number; readonly right: number },
  missingLeft: boolean,
  categories: readonly number[],
  nextId: number,
): number {
  const [found, otherwise] = missingLeft ? [right, left] : [left, right]
  let id = about.id
  let free = nextId
  categories.forEach((category, i) => {
    const isLast = i === categories.length - 1
    const next = isLast ? otherwise : free++
    push(flat, { ...about, id }, 'BRANCH_EQ', { left: found, right: next }, false, category)
    id = next
  })
  return free
}
