import type * as Tf from '@tensorflow/tfjs-core'
import * as layersApi from '@tensorflow/tfjs-layers'
import type { Matrix } from '../../data/matrix.ts'
import { randomState, randomStateFrom } from '../../data/random.ts'
import { JobError } from '../../errors/job-error.ts'
import { crossEntropy } from '../../evaluation/evaluate.ts'
import type { Fit, Run, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { begin, checkpointOf, resume } from './checkpoint.ts'
import { inputShapeOf, type NetworkParams, rowMajor } from './fit.ts'
import { argmax } from './loss.ts'
import type { NetworkModel } from './model.ts'
import { type Optimizer, optimizerOf } from './optimizer.ts'
import { type Architecture, layersOf } from './plan.ts'
import { loadTensorFlow } from './tfjs-backend.ts'

/**
 * The same networks trained by TensorFlow.js (`engine: "tfjs"`), with Keras' initialisers and loss from its
 * layers API and its own optimisers. It can pause between epochs only: a job whose epochs do not fit into one
 * invocation should use the builtin engine.
 */
export async function fitWithTfjs(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  run: Run,
): Promise<Fit<NetworkModel>> {
  checkTraining(data)
  const settings = optimizerOf(params)
  const tf = await loadTensorFlow()
  const seed = params.random_state ?? 42
  const model = layersApi.sequential({ layers: layers(architecture, seed) })
  const shape = inputShapeOf(architecture)
  const toTensor = (matrix: Matrix) => tf.tensor(rowMajor(matrix), [matrix.rows, ...shape])
  const x = toTensor(data.features)
  const y = tf.tensor2d(Float32Array.from(data.target), [data.target.length, 1])
  const xTest = toTensor(data.validation.features)
  try {
    const own = model.getWeights()
    const shapes = slotShapes(settings, own)
    const state = [...own.map(({ shape }) => shape), ...shapes].map((each) => new Float32Array(product(each)))
    for (const [i, weight] of own.entries()) state[i].set(weight.dataSync())
    const saved = run.resumeFrom && resume(run.resumeFrom, state)
    const random = saved ? randomStateFrom(saved.random) : randomState(seed)
    const { order, position: at, history } = saved ?? begin(data.features.rows)
    while (at.epoch < params.epochs) {
      // Every epoch begins from plain arrays, so that one which follows a pause begins no differently.
      tf.tidy(() => model.setWeights(own.map((weight, i) => tf.tensor(state[i], weight.shape))))
      const optimizer = optimizerIn(tf, settings)
      if (at.epoch > 0) await restore(tf, optimizer, at.t, state.slice(own.length), shapes)
      model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
      random.shuffle(order)
      let pause = false
      for (let from = 0; from < order.length; from += params.batch_size) {
        const rows = order.subarray(from, from + params.batch_size)
        const indices = tf.tensor1d(rows, 'int32')
        const batch = [tf.gather(x, indices), tf.gather(y, indices)]
        const [batchLoss, batchAccuracy] = [await model.trainOnBatch(batch[0], batch[1])].flat()
        tf.dispose([indices, ...batch])
        at.t++
        at.loss += batchLoss * rows.length
        at.hits += batchAccuracy * rows.length
        const seen = from + rows.length
        const answer = await run.step({
          fraction: (at.epoch + seen / order.length) / params.epochs,
          detail: { epoch: at.epoch + 1, loss: at.loss / seen, accuracy: at.hits / seen },
        })
        pause ||= answer === 'pause'
      }
      if (!Number.isFinite(at.loss)) {
        throw new JobError(
          'diverged',
          `The loss became ${at.loss} in epoch ${at.epoch + 1}: use a smaller learning_rate than ${settings.rate}.`,
        )
      }
      const held = validate()
      history.loss.push(at.loss / order.length)
      history.accuracy.push(at.hits / order.length)
      history.val_loss.push(held.loss)
      history.val_accuracy.push(held.accuracy)
      const [updates, ...slots] = (await optimizer.getWeights()).map(({ tensor }) => tensor)
      for (const [i, tensor] of [...model.getWeights(), ...slots].entries()) state[i].set(tensor.dataSync())
      updates.dispose()
      optimizer.dispose()
      Object.assign(at, { epoch: at.epoch + 1, loss: 0, hits: 0 })
      if (pause && at.epoch < params.epochs) {
        return { status: 'paused', checkpoint: checkpointOf(state, random, order, at, history) }
      }
    }
    return {
      status: 'done',
      model: {
        classCount: data.classCount,
        featureCount: data.features.columns,
        inputShape: shape,
        layers: layersOf(architecture, state.slice(0, own.length)),
      },
      warnings: [],
      history,
    }
  } finally {
    tf.dispose([x, y, xTest])
    model.dispose()
  }

  function validate(): { loss: number; accuracy: number } {
    const { target } = data.validation
    const predicted = [model.predict(xTest)].flat()
    const probabilities = Float64Array.from(predicted[0].dataSync())
    tf.dispose(predicted)
    const { classes } = architecture
    const hits = target.filter((actual, i) => argmax(probabilities, i * classes, classes) === actual).length
    return { loss: crossEntropy(probabilities, target, classes), accuracy: hits / target.length }
  }
}

function layers(
  { side, inputs, filters, hidden, classes }: Architecture,
  seed: number,
): layersApi.layers.Layer[] {
  const init = (offset: number) => layersApi.initializers.glorotUniform({ seed: seed + offset })
  const first = filters > 0 ? { inputShape: [side, side, 1] } : { inputShape: [inputs] }
  const dense = [...hidden, classes].map((units, i) =>
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
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.optimizer "${name}" is not to be had with engine "tfjs": use adam, sgd, rmsprop or adagrad.`,
      )
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
