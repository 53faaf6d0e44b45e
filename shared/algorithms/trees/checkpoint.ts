import { z } from 'zod'
import { float64, int32, uint8 } from '../arrays.ts'
import { treeSchema } from './model.ts'

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
