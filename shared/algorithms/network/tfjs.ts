import type * as Tf from '@tensorflow/tfjs-core'
import * as layersApi from '@tensorflow/tfjs-layers'
import type { Matrix } from '../../data/matrix.ts'
import { type RandomState, randomState, randomStateFrom } from '../../data/random.ts'
import { rowMajor } from '../../data/row-major.ts'
import { crossEntropy } from '../../evaluation/evaluate.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { type Architecture, inputShapeOf, layersOf } from './architecture.ts'
import { begin, checkpointOf, type MutableHistory, type Position, resume } from './checkpoint.ts'
import { checkLoss, endEpoch, progressOf } from './epoch.ts'
import type { NetworkParams } from './hyperparameters.ts'
import { argmax } from './loss.ts'
import type { NetworkModel } from './model.ts'
import { type Optimizer, optimizerOf } from './optimizer.ts'
import { loadTensorFlow } from './tfjs-backend.ts'

/**
 * Trains a network with TensorFlow.js (`engine: "tfjs"`): Keras' initializers and loss from its layers API, and its own
 * optimizers. It can pause between epochs only: a job whose epochs do not fit into one invocation should use the builtin
 * engine.
 */
export async function trainWithTfjs(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const settings = optimizerOf(params)
  const tf = await loadTensorFlow()
  const seed = params.random_state ?? 42
  const model = layersApi.sequential({ layers: layers(architecture, seed) })
  const inputShape = inputShapeOf(architecture)
  const toTensor = (matrix: Matrix) => tf.tensor(rowMajor(matrix), [matrix.rows, ...inputShape])
  const x = toTensor(data.features)
  const y = tf.tensor2d(Float32Array.from(data.target), [data.target.length, 1])
  const xTest = toTensor(data.validation.features)
  try {
    const weights = model.getWeights()
    const state = openState(weights, settings, data.features.rows, seed, context)
    const { arrays, random, order, position, history } = state
    const training: Training = { tf, model, settings, params, state, x, y, xTest, data, context }
    while (position.epoch < params.epochs) {
      const answer = await trainEpoch(training)
      if (answer === 'pause' && position.epoch < params.epochs) {
        return { status: 'paused', checkpoint: checkpointOf(arrays, random, order, position, history) }
      }
    }
    return {
      status: 'done',
      model: {
        classCount: data.classCount,
        featureCount: data.features.columns,
        inputShape,
        layers: layersOf(architecture, arrays.slice(0, weights.length), 'softmax'),
      },
      warnings: [],
      history,
    }
  } finally {
    tf.dispose([x, y, xTest])
    model.dispose()
  }
}

type Training = {
  readonly tf: typeof Tf
  readonly model: layersApi.Sequential
  readonly settings: Optimizer
  readonly params: NetworkParams
  readonly state: FitState
  readonly x: Tf.Tensor
  readonly y: Tf.Tensor
  readonly xTest: Tf.Tensor
  readonly data: TrainingData
  readonly context: FitContext
}

/** All that changes from epoch to epoch: what a checkpoint holds. */
type FitState = {
  /** The model's weights, then the optimizer's slots. */
  readonly arrays: readonly Float32Array[]
  /** The shapes of the slots. */
  readonly slotShapes: readonly number[][]
  readonly random: RandomState
  readonly order: Int32Array
  readonly position: Position
  readonly history: MutableHistory
}

/** The state of a fit that begins, or that goes on from its checkpoint. */
function openState(
  weights: readonly Tf.Tensor[],
  settings: Optimizer,
  rows: number,
  seed: number,
  context: FitContext,
): FitState {
  const shapes = slotShapes(settings, weights)
  const arrays = [...weights.map(({ shape }) => shape), ...shapes].map(
    (shape) => new Float32Array(product(shape)),
  )
  const resumed = resume(context, arrays, rows)
  if (resumed !== undefined) {
    const { random, order, position, history } = resumed
    return { arrays, slotShapes: shapes, random: randomStateFrom(random), order, position, history }
  }
  for (const [i, weight] of weights.entries()) arrays[i].set(weight.dataSync())
  return { arrays, slotShapes: shapes, random: randomState(seed), ...begin(rows) }
}

/** Trains one epoch, validates, and answers whether the fit is to pause. */
async function trainEpoch(training: Training): Promise<'continue' | 'pause'> {
  const { tf, model, settings, state, data } = training
  const { arrays, position, history } = state
  const weights = model.getWeights()
  // Every epoch begins from plain arrays, so that one which follows a pause begins no differently.
  tf.tidy(() => model.setWeights(weights.map((weight, i) => tf.tensor(arrays[i], weight.shape))))
  const optimizer = optimizerIn(tf, settings)
  if (position.epoch > 0) {
    await restore(tf, optimizer, position.t, arrays.slice(weights.length), state.slotShapes)
  }
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
  const answer = await trainBatches(training)
  checkLoss(position.loss, position.epoch, settings.rate)
  endEpoch(position, history, data.features.rows, validate(training))
  const [updates, ...slots] = (await optimizer.getWeights()).map(({ tensor }) => tensor)
  for (const [i, tensor] of [...model.getWeights(), ...slots].entries()) arrays[i].set(tensor.dataSync())
  updates.dispose()
  optimizer.dispose()
  return answer
}

/** Trains on all batches of an epoch; a pause takes effect after them. */
async function trainBatches({
  tf,
  model,
  params,
  state,
  x,
  y,
  context,
}: Training): Promise<'continue' | 'pause'> {
  const { order, position } = state
  state.random.shuffle(order)
  let answer: 'continue' | 'pause' = 'continue'
  for (let from = 0; from < order.length; from += params.batch_size) {
    const rows = order.subarray(from, from + params.batch_size)
    const indices = tf.tensor1d(rows, 'int32')
    const batch = [tf.gather(x, indices), tf.gather(y, indices)]
    const [loss, accuracy] = [await model.trainOnBatch(batch[0], batch[1])].flat()
    tf.dispose([indices, ...batch])
    position.t++
    position.loss += loss * rows.length
    position.hits += accuracy * rows.length
    const seen = from + rows.length
    const progress = progressOf(position, seen, seen / order.length, params)
    if ((await context.step(progress)) === 'pause') answer = 'pause'
  }
  return answer
}

/** The mean loss and the accuracy on the validation rows. */
function validate({ tf, model, data, xTest }: Training): { loss: number; accuracy: number } {
  const { target } = data.validation
  const classes = data.classCount
  const predicted = [model.predict(xTest)].flat()
  const probabilities = Float64Array.from(predicted[0].dataSync())
  tf.dispose(predicted)
  const hits = target.filter((actual, i) => argmax(probabilities, i * classes, classes) === actual).length
  return { loss: crossEntropy(probabilities, target, classes), accuracy: hits / target.length }
}

function layers(
  { side, inputs, filters, hidden, outputs }: Architecture,
  seed: number,
): layersApi.layers.Layer[] {
  const init = (offset: number) => layersApi.initializers.glorotUniform({ seed: seed + offset })
  const first = filters > 0 ? { inputShape: [side, side, 1] } : { inputShape: [inputs] }
  const dense = [...hidden, outputs].map((units, i) =>
    layersApi.layers.dense({
      units,
      activation: i < hidden.length ? 'relu' : 'softmax',
      kernelInitializer: init(i + 1),
      ...(filters === 0 && i === 0 ? first : {}),
    }),
  )
  if (filters === 0) return dense
  return [
    layersApi.layers.conv2d({
      filters,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: init(0),
      ...first,
    }),
    layersApi.layers.maxPooling2d({ poolSize: 2 }),
    layersApi.layers.flatten(),
    ...dense,
  ]
}

function optimizerIn(tf: typeof Tf, { name, rate, momentum, nesterov }: Optimizer): Tf.Optimizer {
  switch (name) {
    case 'adam':
      return tf.train.adam(rate, 0.9, 0.999, 1e-7)
    case 'sgd':
      return momentum > 0 ? tf.train.momentum(rate, momentum, nesterov) : tf.train.sgd(rate)
    case 'rmsprop':
      return tf.train.rmsprop(rate, 0.9, momentum, 1e-7)
    case 'adagrad':
      return tf.train.adagrad(rate, 0.1)
    default:
      throw new Error(`TensorFlow.js has no ${name}, which the rules of the hyperparameters refuse.`)
  }
}

/** The shapes of what `optimizer.getWeights` returns after its count of updates. */
function slotShapes({ name, momentum }: Optimizer, weights: readonly Tf.Tensor[]): number[][] {
  const shapes = weights.map(({ shape }) => shape)
  switch (name) {
    case 'adam':
    case 'rmsprop':
      return [...shapes, ...shapes]
    case 'adagrad':
      return shapes
    default:
      return momentum > 0 ? shapes : []
  }
}

async function restore(
  tf: typeof Tf,
  optimizer: Tf.Optimizer,
  updates: number,
  slots: readonly Float32Array[],
  shapes: readonly number[][],
): Promise<void> {
  const named = slots.map((slot, i) => ({ name: `slot${i}`, tensor: tf.tensor(slot, shapes[i]) }))
  const count = { name: 'iter', tensor: tf.scalar(updates, 'int32') }
  await optimizer.setWeights([count, ...named])
  tf.dispose([count, ...named].map(({ tensor }) => tensor))
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, each) => all * each, 1)
}
