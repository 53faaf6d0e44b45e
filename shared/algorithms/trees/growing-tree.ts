import { TreeNode } from '../../wasm/kernels/trees.ts'
import type { Tree } from './model.ts'

const { fields } = TreeNode
/** Where a node's fields lie, in words of 4 bytes (integers) and of 8 (numbers). */
const field = {
  parent: fields.parent[1] / 4,
  feature: fields.feature[1] / 4,
  samples: fields.samples[1] / 4,
  missingLeft: fields.missingLeft[1] / 4,
  threshold: fields.threshold[1] / 8,
  impurity: fields.impurity[1] / 8,
  weight: fields.weight[1] / 8,
  shares: TreeNode.bytes / 8,
}

/** The kernel's: see assembly/trees/node-buffer.ts. */
type NodeBuffer = {
  readonly buffer: ArrayBufferLike
  readonly address: number
  readonly nodeBytes: number
}

/** Collects the nodes of a tree from the kernel's buffer, in arrays that double when they are full. */
export function growingTree(classCount: number, begun?: Tree) {
  let count = begun?.feature.length ?? 0
  let capacity = Math.max(256, count)
  let tree = emptyTree(capacity, classCount)
  if (begun !== undefined) copyTree(begun, tree)

  return {
    take({ buffer, address, nodeBytes }: NodeBuffer, taken: number): void {
      if (count + taken > capacity) {
        capacity = Math.max(2 * capacity, count + taken)
        const larger = emptyTree(capacity, classCount)
        copyTree(tree, larger)
        tree = larger
      }
      const ints = new Int32Array(buffer, address, (taken * nodeBytes) / 4)
      const floats = new Float64Array(buffer, address, (taken * nodeBytes) / 8)
      for (let n = 0; n < taken; n++, count++) {
        const int = (n * nodeBytes) / 4
        const float = (n * nodeBytes) / 8
        const parent = ints[int + field.parent]
        if (parent >= 0) (parent & 1 ? tree.left : tree.right)[parent >> 1] = count
        tree.feature[count] = ints[int + field.feature]
        tree.samples[count] = ints[int + field.samples]
        tree.missingGoesLeft[count] = ints[int + field.missingLeft]
        tree.threshold[count] = floats[float + field.threshold]
        tree.impurity[count] = floats[float + field.impurity]
        tree.weightedSamples[count] = floats[float + field.weight]
        for (let k = 0; k < classCount; k++)
          tree.value[count * classCount + k] = floats[float + field.shares + k]
      }
    },
    soFar(): Tree {
      const copy = emptyTree(count, classCount)
      copyTree(tree, copy)
      return copy
    },
  }
}

function emptyTree(nodes: number, classCount: number): Tree {
  return {
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes).fill(-1),
    right: new Int32Array(nodes).fill(-1),
    missingGoesLeft: new Uint8Array(nodes),
    value: new Float64Array(nodes * classCount),
    impurity: new Float64Array(nodes),
    samples: new Int32Array(nodes),
    weightedSamples: new Float64Array(nodes),
  }
}

/** Copies as many nodes as both have room for. */
function copyTree(from: Tree, to: Tree): void {
  const nodes = Math.min(from.feature.length, to.feature.length)
  const values = Math.min(from.value.length, to.value.length)
  to.feature.set(from.feature.subarray(0, nodes))
  to.threshold.set(from.threshold.subarray(0, nodes))
  to.left.set(from.left.subarray(0, nodes))
  to.right.set(from.right.subarray(0, nodes))
  to.missingGoesLeft.set(from.missingGoesLeft.subarray(0, nodes))
  to.value.set(from.value.subarray(0, values))
  to.impurity.set(from.impurity.subarray(0, nodes))
  to.samples.set(from.samples.subarray(0, nodes))
  to.weightedSamples.set(from.weightedSamples.subarray(0, nodes))
}
