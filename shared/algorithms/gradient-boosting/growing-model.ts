import type { GradientBoostingModel } from './model.ts'
import { CATEGORICAL, MISSING_LEFT } from './node-flags.ts'
import type { GrownNode } from './node-steps.ts'

/** The nodes of a model, as in GradientBoostingModel. */
export type Nodes = Pick<
  GradientBoostingModel,
  'roots' | 'feature' | 'value' | 'right' | 'marks' | 'samples' | 'sets'
>

/** A feature's column, and the thresholds between its bins. */
export type Binning = {
  /** The number of the feature's column. */
  readonly column: number
  readonly thresholds: Float64Array
}

/** Collects the trees of a model. */
export function growingModel(binnings: readonly Binning[], begun?: Nodes) {
  const roots = [...(begun?.roots ?? [])]
  const feature = [...(begun?.feature ?? [])]
  const value = [...(begun?.value ?? [])]
  const right = [...(begun?.right ?? [])]
  const marks = [...(begun?.marks ?? [])]
  const samples = [...(begun?.samples ?? [])]
  const sets = [...(begun?.sets ?? [])]

  function addNode(node: GrownNode): void {
    const at = feature.length
    const { split } = node
    samples.push(node.stop - node.start)
    right.push(0)
    if (split === undefined || node.left === undefined || node.right === undefined) {
      feature.push(-1)
      value.push(node.value)
      marks.push(0)
      return
    }
    const { column, thresholds } = binnings[split.feature]
    feature.push(column)
    marks.push((split.missingLeft ? MISSING_LEFT : 0) | (split.set === undefined ? 0 : CATEGORICAL))
    if (split.set === undefined) {
      // The last bin: missing values alone go right.
      value.push(split.bin === thresholds.length ? Number.POSITIVE_INFINITY : thresholds[split.bin])
    } else {
      value.push(sets.length / 32)
      for (const byte of split.set) sets.push(byte)
    }
    addNode(node.left)
    right[at] = feature.length
    addNode(node.right)
  }

  return {
    /** Adds a tree. Returns its number. */
    add(root: GrownNode): number {
      roots.push(feature.length)
      addNode(root)
      return roots.length - 1
    },
    nodeCount: () => feature.length,
    treeCount: () => roots.length,
    soFar: (): Nodes => ({
      roots: Int32Array.from(roots),
      feature: Int32Array.from(feature),
      value: Float64Array.from(value),
      right: Int32Array.from(right),
      marks: Uint8Array.from(marks),
      samples: Int32Array.from(samples),
      sets: Uint8Array.from(sets),
    }),
    /** The tree of that number by itself. */
    tree(number: number): Nodes {
      const from = roots[number]
      const end = roots[number + 1] ?? feature.length
      return {
        roots: Int32Array.of(0),
        feature: Int32Array.from(feature.slice(from, end)),
        value: Float64Array.from(value.slice(from, end)),
        right: Int32Array.from(right.slice(from, end), (node) => node - from),
        marks: Uint8Array.from(marks.slice(from, end)),
        samples: Int32Array.from(samples.slice(from, end)),
        sets: Uint8Array.from(sets),
      }
    },
  }
}
