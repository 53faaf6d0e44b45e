import { z } from 'zod'
import { arithmetic } from '../../wasm/arithmetic.ts'
import { float32 } from '../arrays.ts'

const activation = z.enum(['relu', 'tanh', 'sigmoid', 'elu', 'selu', 'leaky_relu', 'softmax', 'linear'])
export type Activation = z.infer<typeof activation>

/** Keras' layers with their weights, in Keras' layouts (row-major). */
const layerSchema = z.discriminatedUnion('type', [
  /** kernel: inputs x units */
  z.object({
    type: z.literal('dense'),
    inputs: z.int(),
    units: z.int(),
    kernel: float32(),
    bias: float32(),
    activation,
  }),
  /** kernel: height x width x channels x filters; stride 1, no padding ("valid") */
  z.object({
    type: z.literal('conv2d'),
    height: z.int(),
    width: z.int(),
    channels: z.int(),
    filters: z.int(),
    kernel: float32(),
    bias: float32(),
    activation,
  }),
  /** Stride equal to the pool, no padding. */
  z.object({ type: z.literal('maxpool2d'), height: z.int(), width: z.int() }),
  z.object({ type: z.literal('flatten') }),
])
export type Layer = z.infer<typeof layerSchema>

/** A sequential network. `inputShape` is [features] for a dnn and [side, side, 1] for a cnn (row-major). */
export const networkModel = z.object({
  /** 0: a regression, whose last layer has one linear unit. */
  classCount: z.int(),
  featureCount: z.int(),
  inputShape: z.array(z.int()),
  layers: z.array(layerSchema),
  /** That of its fit; absent: plain. */
  arithmetic: arithmetic.optional(),
})
export type NetworkModel = z.infer<typeof networkModel>
