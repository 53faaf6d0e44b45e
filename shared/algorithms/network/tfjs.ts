import type * as Tf from '@tensorflow/tfjs-core'
import * as layersApi from '@tensorflow/tfjs-layers'
import type { Matrix } from '../../data/matrix.ts'
import { randomState } from '../../data/random.ts'
import { JobError } from '../../errors.ts'
import type { Fit, Run, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import type { Layer, NetworkModel } from '../dnn/model.ts'
import { type NetworkParams, rowMajor } from './fit.ts'
import { defaultRate } from './optimizer.ts'
import type { Architecture } from './sequential.ts'
import { loadTensorFlow } from './tfjs-backend.ts'

/**
 * The same networks trained by TensorFlow.js (`engine: "tfjs"`), with Keras' initialisers and loss from its layers API.
 * Pauses are not supported: a job that does not fit into one invocation should use the builtin engine.
 */
export async function fitWithTfjs(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  run: Run,
): Promise<Fit<NetworkModel>> {
  checkTraining(data)
  const tf = await loadTensorFlow()
  const seed = params.random_state ?? 42
  const model = layersApi.sequential({ layers: layers(architecture, seed) })
  const rate = params.learning_rate ?? defaultRate[params.optimizer]
  model.compile({
    optimizer: optimizer(tf, params, rate),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  })
  const shape = architecture.filters > 0 ? [architecture.side, architecture.side, 1] : [architecture.inputs]
  const toTensor = (matrix: Matrix) => tf.tensor(rowMajor(matrix), [matrix.rows, ...shape])
  const x = toTensor(data.features)
  const y = tf.tensor2d(Float32Array.from(data.target), [data.target.length, 1])
  const xTest = toTensor(data.validation.features)
  const yTest = tf.tensor2d(Float32Array.from(data.validation.target), [data.validation.target.length, 1])
  const history = {
    loss: [] as number[],
    accuracy: [] as number[],
    val_loss: [] as number[],
    val_accuracy: [] as number[],
  }
  const random = randomState(seed)
  try {
    for (let epoch = 1; epoch <= params.epochs; epoch++) {
      const order = random.permutation(data.features.rows)
      let loss = 0
      let hits = 0
      for (let from = 0; from < order.length; from += params.batch_size) {
        const rows = order.subarray(from, from + params.batch_size)
        const indices = tf.tensor1d(rows, 'int32')
        const batch = [tf.gather(x, indices), tf.gather(y, indices)]
        const [batchLoss, batchAccuracy] = figures(await model.trainOnBatch(batch[0], batch[1]))
        tf.dispose([indices, ...batch])
        loss += batchLoss * rows.length
        hits += batchAccuracy * rows.length
        await run.step({
          fraction: (epoch - 1 + from / order.length) / params.epochs,
          detail: { epoch, loss: loss / (from + rows.length), accuracy: hits / (from + rows.length) },
        })
      }
      if (!Number.isFinite(loss)) {
        throw new JobError(
          `The loss became ${loss} in epoch ${epoch}: use a smaller learning_rate than ${rate}.`,
        )
      }
      const tested = [model.evaluate(xTest, yTest)].flat()
      history.loss.push(loss / order.length)
      history.accuracy.push(hits / order.length)
      history.val_loss.push(tested[0].dataSync()[0])
      history.val_accuracy.push(tested[1].dataSync()[0])
      tf.dispose(tested)
    }
    return {
      status: 'done',
      model: {
        classCount: data.classCount,
        featureCount: data.features.columns,
        inputShape: shape,
        layers: layersWithWeights(
          architecture,
          model.getWeights().map((weight) => Float32Array.from(weight.dataSync())),
        ),
      },
      warnings: [],
      history,
    }
  } finally {
    tf.dispose([x, y, xTest, yTest])
    model.dispose()
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

function optimizer(tf: typeof Tf, params: NetworkParams, rate: number): Tf.Optimizer {
  switch (params.optimizer) {
    case 'adam':
      return tf.train.adam(rate, 0.9, 0.999, 1e-7)
    case 'sgd':
      return tf.train.sgd(rate)
    case 'rmsprop':
      return tf.train.rmsprop(rate, 0.9, 0, 1e-7)
    case 'adagrad':
      return tf.train.adagrad(rate, 0.1)
    default:
      throw new JobError(
        `hyperparameters.optimizer "${params.optimizer}" is not to be had with engine "tfjs": use adam, sgd, rmsprop or adagrad.`,
      )
  }
}

function figures(given: number | number[]): [number, number] {
  const [loss, accuracy] = [given].flat()
  return [loss, accuracy]
}

function layersWithWeights({ filters }: Architecture, weights: Float32Array[]): Layer[] {
  const made: Layer[] = []
  for (let i = 0; i < weights.length; i += 2) {
    const [kernel, bias] = [weights[i], weights[i + 1]]
    if (filters > 0 && i === 0) {
      made.push(
        { type: 'conv2d', height: 3, width: 3, channels: 1, filters, kernel, bias, activation: 'relu' },
        { type: 'maxpool2d', height: 2, width: 2 },
        { type: 'flatten' },
      )
    } else {
      const activation = i + 2 === weights.length ? 'softmax' : 'relu'
      made.push({
        type: 'dense',
        inputs: kernel.length / bias.length,
        units: bias.length,
        kernel,
        bias,
        activation,
      })
    }
  }
  return made
}
