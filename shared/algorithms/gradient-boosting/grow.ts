import type { FeatureSampling } from './feature-sampling.ts'
import { openHeap } from './heap.ts'
import {
  type GrownNode,
  type GrowthRules,
  openRoot,
  openTools,
  partNode,
  splitChildren,
  type Tools,
} from './node-steps.ts'
import type { BoostingProblem } from './problem.ts'
import type { Team } from './team.ts'

export type GrownTree = { readonly root: GrownNode; readonly leaves: readonly GrownNode[] }

/**
 * Prepares to grow trees one after the other, best first, as scikit-learn's TreeGrower does.
 *
 * @returns a function that grows the tree of an output from its gradients
 */
export function openGrower(
  problem: BoostingProblem,
  team: Team,
  rules: GrowthRules,
  sampling: FeatureSampling,
): (output: number) => GrownTree {
  const tools = openTools(problem, team, rules, sampling)
  return (output) => growTree(tools, output)
}

function growTree(tools: Tools, output: number): GrownTree {
  const leaves: GrownNode[] = []
  const waiting = openHeap<GrownNode>((a, b) => gainOf(a) > gainOf(b))
  const freeSlots: number[] = []
  let slots = 1
  const freeSlot = () => freeSlots.pop() ?? slots++
  function keep(node: GrownNode): void {
    if (gainOf(node) > 0) {
      waiting.push(node)
      return
    }
    leaves.push(node)
    if (node.slot >= 0) freeSlots.push(node.slot)
  }

  const root = openRoot(tools, output)
  keep(root)
  while (waiting.size > 0) {
    const node = waiting.pop()
    const { split } = node
    if (split === undefined) throw new Error('A node without a split is in the heap of nodes to split.')
    const { left, right } = partNode(tools, node, split, output)
    node.left = left
    node.right = right
    // If the feature had no missing values in training, missing values go to the larger child.
    if (tools.missingCounts[split.feature] === 0)
      node.split = { ...split, missingLeft: left.stop - left.start > right.stop - right.start }
    if (leaves.length + waiting.size + 2 === tools.rules.maxLeafNodes) {
      leaves.push(left, right, ...waiting.items())
      break
    }
    if (!splitChildren(tools, node, { left, right }, freeSlot)) freeSlots.push(node.slot)
    keep(left)
    keep(right)
  }
  return { root, leaves }
}

const gainOf = ({ split }: GrownNode) => split?.gain ?? 0
