import { type DecisionTreeModel, decisionTreeModel } from '../algorithms/decision-tree/model.ts'
import { type MatrixColumn, matrixColumns } from '../data/matrix-columns.ts'
import { classLabel, hasClasses, type Preparation } from '../data/preparation.ts'
import type { Task } from '../data/task.ts'
import { shorten } from '../errors/sentences.ts'
import { NAME_LENGTH, type SmallTree } from './report-data.ts'

/** Nodes up to which a tree can be read on a page. */
const MAX_NODES = 31

type Tree = DecisionTreeModel['tree']

/** A decision tree in the data's own words, or undefined when it is too large to be read. */
export function smallTree(model: unknown, preparation: Preparation<Task>): SmallTree | undefined {
  const { tree } = decisionTreeModel.pick({ tree: true }).parse(model)
  if (tree.feature.length > MAX_NODES) return undefined
  const columns = matrixColumns(preparation.features)
  return Array.from(tree.feature, (feature, node) => {
    const about = { rows: tree.samples[node], ...answerOf(tree, node, preparation.target) }
    if (tree.left[node] < 0) return about
    const question = questionOf(columns[feature], tree, node)
    return { ...about, split: { question, yes: tree.left[node], no: tree.right[node] } }
  })
}

/** The class that most of a node's weight has, or the number that it predicts. */
function answerOf({ value }: Tree, node: number, target: Preparation<Task>['target']) {
  if (!hasClasses(target)) return { label: String(Number(value[node].toPrecision(6))) }
  const classCount = target.classes.length
  const shares = value.subarray(node * classCount, (node + 1) * classCount)
  const k = shares.indexOf(Math.max(...shares))
  return { label: shorten(classLabel(target, k), NAME_LENGTH), share: shares[k] }
}

/** "petal width ≤ 0.8": thresholds are of scaled features, so they are scaled back. */
function questionOf(column: MatrixColumn, tree: Tree, node: number): string {
  const { feature } = column
  const name = shorten(feature.name, 60)
  const threshold = tree.threshold[node] * column.scale + column.mean
  if (feature.kind === 'number') {
    if (feature.dtype === 'bool') return `${name} is False`
    return `${name} ≤ ${Number(threshold.toPrecision(6))}`
  }
  if (feature.kind === 'one_hot') {
    const text = column.category?.text ?? null
    return text === null ? `${name} is not missing` : `${name} is not ${shorten(text, 30)}`
  }
  if (feature.kind === 'target_mean') {
    return `${shorten(column.name, 60)}: mean of the target ≤ ${Number(threshold.toPrecision(6))}`
  }
  const below = feature.categories.filter((_, code) => code <= threshold)
  const shown = below.slice(0, 3).map((category) => shorten(category, 30))
  const more = below.length > shown.length ? ` or ${below.length - shown.length} more` : ''
  return `${name} is ${shown.join(' or ')}${more}`
}
