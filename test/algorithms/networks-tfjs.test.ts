/** The networks beside TensorFlow.js: its gradients, its own cnn, and the engine `tfjs`. */
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Architecture } from '../../shared/algorithms/network/architecture.ts'
import { lossAndGradient } from '../../shared/algorithms/network/loss.ts'
import { openParallelPasses } from '../../shared/algorithms/network/parallel-passes.ts'
import { planNetwork } from '../../shared/algorithms/network/plan.ts'
import { loadTensorFlow } from '../../shared/algorithms/network/tfjs-backend.ts'
import { randomState } from '../../shared/data/random.ts'
import { loadKernel } from '../../shared/wasm/kernel.ts'
import { kernel } from '../../shared/wasm/kernels/network.ts'
import { sharedMemory } from '../../shared/wasm/memory.ts'
import { accuracy, fitWithPauses } from '../support/fit.ts'
import { fitted, type NetworkName, network, params } from '../support/networks.ts'
import { prepared } from '../support/prepared-parity-set.ts'
import { someRows } from '../support/training-data.ts'

/** `tensorflow` where the native addon is there (npm run test:native-engine). */
const expectedBackend = process.env.EXPECTED_TFJS_BACKEND ?? 'wasm'

beforeAll(async () => void (await loadTensorFlow()))
// Some tests compare with another backend.
afterEach(async () => void (await tf.setBackend(expectedBackend)))

test('the engine uses the backend that is installed', () => {
  expect(tf.getBackend()).toBe(expectedBackend)
})

const plain = { activation: 'relu', dropout: 0 } as const

describe('gradients', () => {
  test.each<[string, Architecture, number]>([
    ['dnn 20', { side: 0, inputs: 20, filters: 0, hidden: [128, 64], ...plain, outputs: 3 }, 32],
    ['dnn 7, odd sizes', { side: 0, inputs: 7, filters: 0, hidden: [13, 5], ...plain, outputs: 11 }, 9],
    [
      'dnn 300, more terms than a block',
      { side: 0, inputs: 300, filters: 0, hidden: [128, 64], ...plain, outputs: 2 },
      6,
    ],
    ['cnn 8 x 8', { side: 8, inputs: 64, filters: 32, hidden: [128], ...plain, outputs: 10 }, 13],
    ['cnn 9 x 9, an odd edge', { side: 9, inputs: 81, filters: 8, hidden: [16], ...plain, outputs: 3 }, 5],
    ['cnn 4 x 4', { side: 4, inputs: 16, filters: 32, hidden: [128], ...plain, outputs: 2 }, 1],
  ])('%s: equal to those of an independent autograd to 1e-5', async (_, architecture, rows) => {
    await tf.setBackend('cpu')
    const { plan, batch, actual, gradients, weights } = await ours(architecture, rows)
    const variables = plan.parameters.map((_, i) => weights[i])
    const reference = tf.grads((...given: tf.Tensor[]) => theirLoss(architecture, rows, batch, actual, given))
    const shapes = shapesOf(architecture)
    const wanted = reference(variables.map((values, i) => tf.tensor(values, shapes[i])))
    for (const [i, each] of wanted.entries()) {
      const values = each.dataSync()
      const scale = Math.max(...Array.from(values, Math.abs))
      expect(scale).toBeGreaterThan(0)
      const farthest = Math.max(...Array.from(values, (value, at) => Math.abs(value - gradients[i][at])))
      expect(farthest / scale, `parameter ${i}`).toBeLessThan(1e-5)
    }
  })
})

async function ours(architecture: Architecture, rows: number) {
  const plan = planNetwork(architecture, rows, 1, 'train')
  const memory = sharedMemory(plan.bytes)
  const view = (address: number, count: number) => new Float32Array(memory.buffer, address, count)
  const random = randomState(3)
  const batch = view(plan.batch, rows * architecture.inputs)
  for (let i = 0; i < batch.length; i++) batch[i] = 2 * random.double() - 1
  for (const { weights, count } of plan.parameters) {
    const values = view(weights, count)
    for (let i = 0; i < count; i++) values[i] = (2 * random.double() - 1) / Math.sqrt(count / 32)
  }
  const weights = plan.parameters.map((each) => view(each.weights, each.count).slice())
  const actual = random.randints(architecture.outputs, rows)
  const last = plan.dense[plan.dense.length - 1]
  const passes = openParallelPasses({ module: await loadKernel(kernel), memory, plan })
  passes.step(rows, 1, 0, () => {
    const size = rows * architecture.outputs
    lossAndGradient(view(last.output, size), actual, rows, architecture.outputs, view(last.gradient, size))
  })
  await passes.close()
  const gradients = plan.parameters.map((each) => view(each.gradients, each.count))
  return { plan, batch, actual, weights, gradients }
}

function shapesOf({ side, inputs, filters, hidden, outputs }: Architecture): number[][] {
  const half = Math.floor((side - 2) / 2)
  const widths = [filters > 0 ? half * half * filters : inputs, ...hidden, outputs]
  const dense = widths.slice(1).flatMap((units, i) => [[widths[i], units], [units]])
  return filters > 0 ? [[3, 3, 1, filters], [filters], ...dense] : dense
}

function theirLoss(
  { side, inputs, filters, outputs: classes }: Architecture,
  rows: number,
  batch: Float32Array,
  actual: Int32Array,
  weights: tf.Tensor[],
): tf.Scalar {
  let x = tf.tensor2d(batch, [rows, inputs])
  let rest = weights
  if (filters > 0) {
    const image = tf.reshape<tf.Rank.R4>(x, [rows, side, side, 1])
    const kernel = tf.reshape<tf.Rank.R4>(weights[0], [3, 3, 1, filters])
    const convolved = tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(image, kernel, 1, 'valid'), weights[1]))
    x = tf.reshape<tf.Rank.R2>(tf.maxPool(convolved, 2, 2, 'valid'), [rows, -1])
    rest = weights.slice(2)
  }
  for (let i = 0; i < rest.length; i += 2) {
    const sum = tf.add<tf.Tensor2D>(tf.matMul<tf.Tensor2D>(x, rest[i]), rest[i + 1])
    x = i + 2 < rest.length ? tf.relu(sum) : sum
  }
  const hot = tf.oneHot(tf.tensor1d(actual, 'int32'), classes)
  return tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(hot, x)
}

type Shape4 = [number, number, number, number]

test.each<{ x: Shape4; filter: Shape4; strides: number; pad: 'valid' | 'same' }>([
  { x: [2, 6, 5, 1], filter: [3, 3, 1, 4], strides: 1, pad: 'valid' },
  { x: [3, 7, 7, 2], filter: [3, 2, 2, 5], strides: 2, pad: 'same' },
])('the filter’s gradient is that of the cpu backend: %o', async ({ x, filter, strides, pad }) => {
  const random = randomState(5)
  const fill = (shape: number[]) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.double() - 0.5)
  const [input, kernel] = [fill(x), fill(filter)]
  const gradient = () =>
    tf.tidy(() => {
      const image = tf.tensor4d(input, x)
      const weights = (w: tf.Tensor) => tf.reshape<tf.Rank.R4>(w, filter)
      const loss = (w: tf.Tensor) => tf.sum(tf.square(tf.conv2d(image, weights(w), strides, pad)))
      return tf.grad(loss)(tf.tensor(kernel, filter)).dataSync()
    })
  await tf.setBackend('cpu')
  const wanted = gradient()
  await tf.setBackend(expectedBackend)
  const got = gradient()
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i], 4)
})

describe.each<NetworkName>(['dnn', 'cnn'])('engine tfjs: %s', (name) => {
  test('is about as accurate as the builtin engine', async () => {
    const { data, test: held } = prepared(name === 'dnn' ? 'wine' : 'digits')
    const given = name === 'dnn' ? {} : { epochs: 4 }
    const reached = async (engine: string) => {
      const { model, history } = await fitted(name, data, { ...given, engine })
      const found = accuracy(network(name).predict(model, held.features).classes, held.target)
      expect(history?.val_accuracy.at(-1)).toBeCloseTo(found, 6)
      return found
    }
    expect(Math.abs((await reached('tfjs')) - (await reached('builtin')))).toBeLessThan(0.04)
  })

  test.each(['adam', 'sgd', 'rmsprop', 'adagrad'] as const)(
    'paused after every epoch, %s gives the same bits',
    async (optimizer) => {
      const data = someRows(60, 16)
      const given = {
        epochs: 3,
        engine: 'tfjs' as const,
        optimizer,
        ...(optimizer === 'sgd' && { momentum: 0.9 }),
      }
      const whole = await fitted(name, data, given)
      const {
        pauses,
        steps: _,
        ...parts
      } = await fitWithPauses((run) => network(name).fit(data, params(given), run))
      expect(pauses).toBe(2)
      expect(parts).toEqual(whole)
    },
  )
})

test('engine tfjs leaves no tensors behind', async () => {
  await fitted('cnn', someRows(40, 16), { epochs: 1, engine: 'tfjs' })
  const { numTensors } = tf.memory()
  await fitted('cnn', someRows(40, 16), { epochs: 3, engine: 'tfjs' })
  expect(tf.memory().numTensors).toBe(numTensors)
})
