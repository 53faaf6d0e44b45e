import { z } from 'zod'
import { FrontierRecord, StackRecord } from '../../wasm/kernels/trees.ts'
import { float64, int32, uint8 } from '../arrays.ts'
import type { TreeCheckpoint } from './grow.ts'
import { treeSchema } from './model.ts'
import type { TreeData } from './problem.ts'
import type { TreeSettings } from './settings.ts'

/** Checks a TreeCheckpoint (grow.ts has its type, for the threads, which start faster without a schema library). */
export const treeCheckpointSchema = z.object({
  counters: float64(),
  samples: int32(),
  features: int32(),
  constantFeatures: int32(),
  waiting: uint8(),
  heap: int32(),
  bounds: float64().optional(),
  tree: treeSchema,
})

/** Whether a checkpoint has the sizes of a tree on these data. */
export function fitsTree(
  { counters, samples, features, constantFeatures, waiting, heap, bounds, tree }: TreeCheckpoint,
  { features: { rows, columns }, classCount = 1 }: TreeData,
  { maxLeafNodes, directions }: TreeSettings,
): boolean {
  const [, sampleCount, , nodes, waitingCount, recordCount] = counters
  const isBestFirst = maxLeafNodes >= 0
  const records = isBestFirst ? recordCount : waitingCount
  const boundCount = directions === null ? undefined : (isBestFirst ? 4 : 2) * records
  return (
    counters.length === 7 &&
    samples.length === sampleCount &&
    samples.every((row) => row >= 0 && row < rows) &&
    features.length === columns &&
    constantFeatures.length === columns &&
    waiting.length === (isBestFirst ? FrontierRecord : StackRecord).bytes * records &&
    heap.length === (isBestFirst ? waitingCount : 0) &&
    bounds?.length === boundCount &&
    tree.feature.length === nodes &&
    tree.value.length === nodes * classCount
  )
}
