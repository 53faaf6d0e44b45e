import { predictOnThread } from '../predict-on-thread.ts'
import { openSharedTrees } from '../trees/leaves.ts'
import type { PackedTrees } from '../trees/packed-trees.ts'
import { classesOf, numbersOf } from './predict.ts'

export const predictClassesOnThread = predictOnThread((packed: PackedTrees) => {
  const sums = openSharedTrees(packed)
  return (features) => classesOf(sums(features), packed.treeCount, packed.width)
})

export const predictNumbersOnThread = predictOnThread((packed: PackedTrees) => {
  const sums = openSharedTrees(packed)
  return (features) => numbersOf(sums(features), packed.treeCount)
})
