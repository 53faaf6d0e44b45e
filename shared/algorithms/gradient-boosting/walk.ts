import { column, type Matrix } from '../../data/matrix.ts'
import type { Nodes } from './growing-model.ts'
import { CATEGORICAL, MISSING_LEFT } from './node-flags.ts'

/**
 * Adds the values of the leaves that the rows fall in, of one tree, to `sums`.
 *
 * @param columns per feature its values (of a categorical feature: the numbers of its categories); NaN is missing
 * @param sums one value per row
 */
export function addTree(
  nodes: Nodes,
  tree: number,
  columns: readonly Float64Array[],
  sums: Float64Array,
): void {
  const { feature, value, right, marks, sets } = nodes
  const root = nodes.roots[tree]
  for (let i = 0; i < sums.length; i++) {
    let node = root
    while (feature[node] >= 0) {
      const x = columns[feature[node]][i]
      let goesLeft: boolean
      if (Number.isNaN(x)) goesLeft = (marks[node] & MISSING_LEFT) !== 0
      else if (marks[node] & CATEGORICAL)
        goesLeft = ((sets[32 * value[node] + (x >> 3)] >> (x & 7)) & 1) === 1
      else goesLeft = x <= value[node]
      node = goesLeft ? node + 1 : right[node]
    }
    sums[i] += value[node]
  }
}

/** Adds to `sums`, one a row, the values of the leaves of one tree. */
export type TreeWalk = (nodes: Nodes, tree: number, sums: Float64Array) => void

/** A column of which each value is known by its bin. */
export type BinnedColumn = {
  readonly bins: Uint8Array
  /** Per bin a number that compares with every threshold as the values of the bin do; NaN for missing values. */
  readonly values: Float64Array
}

/**
 * As `addTree`, on binned columns. The loop is written twice because a shared function makes both about 10 % slower.
 */
export function addTreeToBins(
  nodes: Nodes,
  tree: number,
  columns: readonly BinnedColumn[],
  sums: Float64Array,
): void {
  const { feature, value, right, marks, sets } = nodes
  const root = nodes.roots[tree]
  for (let i = 0; i < sums.length; i++) {
    let node = root
    while (feature[node] >= 0) {
      const { bins, values } = columns[feature[node]]
      const x = values[bins[i]]
      let goesLeft: boolean
      if (Number.isNaN(x)) goesLeft = (marks[node] & MISSING_LEFT) !== 0
      else if (marks[node] & CATEGORICAL)
        goesLeft = ((sets[32 * value[node] + (x >> 3)] >> (x & 7)) & 1) === 1
      else goesLeft = x <= value[node]
      node = goesLeft ? node + 1 : right[node]
    }
    sums[i] += value[node]
  }
}

/** The columns as trees test them: values of categorical features are replaced by the numbers of their categories. */
export function testedColumns(
  features: Matrix,
  categories: readonly { readonly feature: number; readonly values: Float64Array }[],
): Float64Array[] {
  const known = new Map(
    categories.map(({ feature, values }) => [feature, new Map(Array.from(values, (value, i) => [value, i]))]),
  )
  return Array.from({ length: features.columns }, (_, j) => {
    const values = column(features, j)
    const codes = known.get(j)
    return codes === undefined ? values : values.map((value) => codes.get(value) ?? Number.NaN)
  })
}
