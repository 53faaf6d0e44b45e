import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-layers'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Fit, Run, TrainingData } from '../../shared/algorithms/algorithm.ts'
import { algorithms, type Restored } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { initialise, lossGradient } from '../../shared/algorithms/network/fit.ts'
import {
  applyOptimizer,
  type OptimizerName,
  startOptimizer,
} from '../../shared/algorithms/network/optimizer.ts'
import { buildSequential } from '../../shared/algorithms/network/sequential.ts'
import { zeros } from '../../shared/data/matrix.ts'
import { prepare } from '../../shared/data/prepare.ts'
import { randomState } from '../../shared/data/random.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import keras from '../fixtures/nets.json' with { type: 'json' }
import { expected, type ParitySet, parityCsv, paritySets } from '../parity.ts'

async function dataOf(name: ParitySet) {
  const { table } = await readTable(parityCsv(name))
  const prepared = prepare(table, { target: expected(name).target, keepMissing: false })
  const data: TrainingData = {
    ...prepared.train,
    classCount: prepared.preparation.target.classes.length,
    featureNames: prepared.preparation.features.map((feature) => feature.name),
    validation: prepared.test,
  }
  return { data, held: prepared.test }
}

const go: Run = { threads: 1, step: async () => 'continue' }

async function done(fit: Promise<Fit<Restored>>) {
  const result = await fit
  if (result.status !== 'done') throw new Error('The fit paused.')
  return result
}

async function accuracy(
  algorithm: AlgorithmName,
  name: ParitySet,
  params: Record<string, unknown>,
): Promise<number> {
  const { data, held } = await dataOf(name)
  const { model } = await done(algorithms[algorithm].trainer(params).fit(data, go))
  const { classes } = model.predict(held.features)
  return classes.filter((k, i) => k === held.target[i]).length / classes.length
}

describe('mean test accuracy over five seeds is no worse than Keras’ by more than 0.01', () => {
  const cases = [...paritySets.map((set) => ['dnn', set] as const), ['cnn', 'digits'] as const]
  const kerasMeans = new Map(Object.entries(keras))
  test.each(cases)('%s on %s', async (algorithm, set) => {
    let sum = 0
    for (const random_state of [1, 2, 3, 4, 5]) sum += await accuracy(algorithm, set, { random_state })
    expect(sum / 5).toBeGreaterThanOrEqual(Number(kerasMeans.get(`${algorithm} ${set}`)) - 0.01)
  })
})

describe('gradients are those of an independent autograd', () => {
  const dense = { side: 0, inputs: 7, filters: 0, hidden: [9, 5], classes: 3 }
  const image = { side: 6, inputs: 36, filters: 4, hidden: [8], classes: 3 }
  test.each([
    ['dense', dense],
    ['convolution', image],
  ])('%s', async (_, architecture) => {
    await tf.setBackend('cpu')
    const rows = 6
    const network = buildSequential(architecture, rows)
    const random = randomState(3)
    initialise(network, random)
    for (let i = 0; i < network.batch.length; i++) network.batch[i] = 2 * random.double() - 1
    const target = Int32Array.from({ length: rows }, () => random.interval(2))
    network.forward(rows)
    lossGradient(
      network,
      target,
      Int32Array.from(target, (_, i) => i),
      0,
      rows,
    )
    network.backward(rows)

    const weights = tensors(network)
    const loss = (...given: tf.Tensor[]) => {
      const { side, filters, inputs } = architecture
      let x = tf.tensor2d(network.batch.slice(), [rows, inputs])
      let at = 0
      if (filters > 0) {
        const picture = tf.reshape<tf.Rank.R4>(x, [rows, side, side, 1])
        const kernel = tf.reshape<tf.Rank.R4>(given[at++], [3, 3, 1, filters])
        const out = tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(picture, kernel, 1, 'valid'), given[at++]))
        x = tf.reshape<tf.Rank.R2>(tf.maxPool(out, 2, 2, 'valid'), [rows, -1])
      }
      while (at < given.length) {
        const sum = tf.add<tf.Tensor2D>(
          tf.matMul(x, tf.reshape<tf.Rank.R2>(given[at], [x.shape[1], -1])),
          given[at + 1],
        )
        at += 2
        x = at < given.length ? tf.relu(sum) : sum
      }
      const oneHot = tf.oneHot(tf.tensor1d(target, 'int32'), architecture.classes)
      return tf.neg<tf.Scalar>(tf.mean<tf.Scalar>(tf.sum(tf.mul(oneHot, tf.logSoftmax(x)), 1)))
    }
    const wanted = tf.grads((...given: tf.Tensor[]) => loss(...given))(weights)
    let offset = 0
    for (const gradient of wanted) {
      for (const value of gradient.dataSync()) {
        expect(Math.abs(network.gradients[offset] - value)).toBeLessThanOrEqual(1e-5)
        offset++
      }
    }
  })

  function tensors({ shapes, weights }: ReturnType<typeof buildSequential>): tf.Tensor[] {
    let offset = 0
    return shapes.flatMap(({ inputs, units }) => {
      const kernel = tf.tensor(weights.slice(offset, offset + inputs * units), [inputs, units])
      const bias = tf.tensor(weights.slice(offset + inputs * units, offset + (inputs + 1) * units), [units])
      offset += (inputs + 1) * units
      return [kernel, bias]
    })
  }
})

describe('an optimiser takes the steps that its formula gives', () => {
  const gradient = (t: number) => [0.5, -0.25 * t, 0, 1e-4]
  const formulas: Record<OptimizerName, (w: number, rate: number, gradients: number[]) => number> = {
    sgd: (w, rate, gradients) => gradients.reduce((at, g) => at - rate * g, w),
    adam: (w, rate, gradients) => adam(w, rate, gradients, 0),
    adamw: (w, rate, gradients) => adam(w, rate, gradients, 0.004),
    rmsprop: (w, rate, gradients) => {
      let v = 0
      return gradients.reduce((at, g) => {
        v = 0.9 * v + 0.1 * g * g
        return at - (rate * g) / Math.sqrt(v + 1e-7)
      }, w)
    },
    adagrad: (w, rate, gradients) => {
      let sum = 0.1
      return gradients.reduce((at, g) => {
        sum += g * g
        return at - (rate * g) / Math.sqrt(sum + 1e-7)
      }, w)
    },
  }
  function adam(w: number, rate: number, gradients: number[], decay: number): number {
    let m = 0
    let v = 0
    return gradients.reduce((at, g, i) => {
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      return (
        at * (1 - decay * rate) -
        (rate * (m / (1 - 0.9 ** (i + 1)))) /
          (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-7 / Math.sqrt(1 - 0.999 ** (i + 1)))
      )
    }, w)
  }
  test.each<OptimizerName>(['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad'])('%s', (name) => {
    const network = buildSequential({ side: 0, inputs: 1, filters: 0, hidden: [], classes: 2 }, 1)
    network.weights.set([1, -2, 0.5, 3])
    startOptimizer(name, network.kernel, network.parameters)
    for (let t = 1; t <= 20; t++) {
      network.gradients.set(gradient(t))
      applyOptimizer(name, 0.01, t, network.kernel, network.parameters)
    }
    const all = Array.from({ length: 20 }, (_, i) => gradient(i + 1))
    for (const [i, start] of [1, -2, 0.5, 3].entries()) {
      expect(network.weights[i]).toBeCloseTo(
        formulas[name](
          start,
          0.01,
          all.map((each) => each[i]),
        ),
        4,
      )
    }
  })
})

describe('the same seed gives the same bits', () => {
  test.each<[AlgorithmName, ParitySet]>([
    ['dnn', 'wine'],
    ['cnn', 'digits'],
  ])('%s: also when it is paused after every step and resumed', async (algorithm, set) => {
    const { data } = await dataOf(set)
    const trainer = algorithms[algorithm].trainer({ epochs: 3 })
    const whole = await done(trainer.fit(data, go))
    let resumeFrom: Run['resumeFrom']
    for (let pauses = 0; ; pauses++) {
      const part = await trainer.fit(data, { threads: 2, resumeFrom, step: async () => 'pause' })
      if (part.status === 'done') {
        expect(pauses).toBeGreaterThanOrEqual(2)
        expect(part.model.model).toEqual(whole.model.model)
        expect(part.history).toEqual(whole.history)
        return
      }
      resumeFrom = structuredClone(part.checkpoint)
    }
  })
})

describe('TensorFlow.js as engine', () => {
  test.each<[AlgorithmName, ParitySet]>([
    ['dnn', 'iris'],
    ['cnn', 'digits'],
  ])('%s is about as good as the builtin one', async (algorithm, set) => {
    const params = { epochs: 5 }
    const own = await accuracy(algorithm, set, params)
    expect(
      Math.abs((await accuracy(algorithm, set, { ...params, engine: 'tfjs' })) - own),
    ).toBeLessThanOrEqual(0.1)
  })
  test('refuses an optimiser that it lacks', async () => {
    await expect(accuracy('dnn', 'iris', { engine: 'tfjs', optimizer: 'adamw' })).rejects.toThrow(
      /use adam, sgd, rmsprop or adagrad/,
    )
  })
})

describe('what cannot train is refused in a sentence', () => {
  const data = (columns: number): TrainingData => ({
    features: zeros(4, columns),
    target: Int32Array.of(0, 1, 0, 1),
    classCount: 2,
    featureNames: [],
    validation: { features: zeros(1, columns), target: Int32Array.of(0) },
  })
  test.each([
    [7, /7 features \(4 and 9 are the nearest squares\)/],
    [9, /at least 4 x 4, but the dataset has 9 features/],
  ])('a cnn on %i features', async (columns, sentence) => {
    await expect(algorithms.cnn.trainer({}).fit(data(columns), go)).rejects.toThrow(sentence)
  })
  test('a learning rate that makes the loss overflow', async () => {
    const { data: wine } = await dataOf('wine')
    await expect(
      algorithms.dnn.trainer({ learning_rate: 1e30, optimizer: 'sgd' }).fit(wine, go),
    ).rejects.toThrow(/use a smaller learning_rate than 1e\+30/)
  })
})
