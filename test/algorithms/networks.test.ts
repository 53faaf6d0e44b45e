import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { initialSlot, optimizerOf, updaterOf } from '../../shared/algorithms/network/optimizer.ts'
import { planNetwork, writeRecords } from '../../shared/algorithms/network/plan.ts'
import { zeros } from '../../shared/data/matrix.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { loadKernel, openKernel } from '../../shared/wasm/kernel.ts'
import { kernel as networkKernel } from '../../shared/wasm/kernels/network.ts'
import { sharedMemory } from '../../shared/wasm/memory.ts'
import { accuracy, fitWithPauses } from '../support/fit.ts'
import { fitted, keras, type NetworkName, network, params } from '../support/networks.ts'
import { type ParitySet, paritySets } from '../support/parity-set.ts'
import { prepared } from '../support/prepared-parity-set.ts'
import { someRows } from '../support/training-data.ts'

const isSmall = ({ dataset }: Accuracy) => dataset === 'iris' || dataset === 'wine'
const asAccurateAsKeras =
  '$algorithm on $dataset is as accurate as Keras’ over twenty seeds, and over any five in turn'
test.each(keras.accuracies.filter(isSmall))(asAccurateAsKeras, compareWithKeras)
test.each(keras.accuracies.filter((row) => !isSmall(row)))(
  asAccurateAsKeras,
  { tags: 'long' },
  compareWithKeras,
)

type Accuracy = (typeof keras.accuracies)[number]

async function compareWithKeras(row: Accuracy) {
  const { data, test: held } = prepared(setNamed(row.dataset))
  const accuracies: number[] = []
  for (let random_state = 0; random_state < 20; random_state++) {
    const name = row.algorithm === 'cnn' ? 'cnn' : 'dnn'
    const { model, history } = await fitted(name, data, { random_state }, 2)
    const reached = accuracy(network(name).predict(model, held.features).classes, held.target)
    expect(history?.val_accuracy.at(-1)).toBe(reached)
    accuracies.push(reached)
  }
  expect(mean(accuracies)).toBeGreaterThanOrEqual(row.accuracy - 0.01)
  for (let first = 0; first < 20; first += 5) {
    expect(mean(accuracies.slice(first, first + 5))).toBeGreaterThanOrEqual(row.accuracy - 0.01)
  }
}

test.each(keras.optimizers)('$params updates weights as Keras does', async ({ params: given, weights }) => {
  const plan = planNetwork(
    { side: 0, inputs: 4, filters: 0, hidden: [], activation: 'relu', dropout: 0, outputs: 2 },
    1,
    1,
    'train',
  )
  const memory = sharedMemory(plan.bytes)
  writeRecords(memory, plan)
  const [kernel] = plan.parameters
  const view = (address: number) => new Float32Array(memory.buffer, address, kernel.count)
  const optimizer = optimizerOf(params(given))
  const { update } = updaterOf(optimizer, openKernel(networkKernel, await loadKernel(networkKernel), memory))
  view(kernel.weights).set(keras.weights)
  view(kernel.slot1).fill(initialSlot(optimizer.name))
  for (const [i, gradient] of keras.gradients.entries()) {
    view(kernel.gradients).set(gradient)
    update(kernel, i + 1, 0, kernel.count, optimizer.rate)
  }
  for (const [i, weight] of view(kernel.weights).entries()) expect(weight).toBeCloseTo(weights[i], 7)
})

describe.each<{ name: NetworkName; data: TrainingData }>([
  { name: 'dnn', data: someRows(900, 20) },
  { name: 'cnn', data: someRows(300, 81) },
])('$name', ({ name, data }) => {
  test('learns: the loss falls and the classes are found', async () => {
    const { model, history } = await fitted(name, data, { epochs: 8 })
    expect(history?.loss[7]).toBeLessThan(0.5 * (history?.loss[0] ?? 0))
    const { classes, probabilities } = network(name).predict(model, data.features)
    expect(accuracy(classes, data.target)).toBeGreaterThan(0.9)
    const sums = Array.from({ length: 10 }, (_, i) => total(probabilities?.slice(3 * i, 3 * i + 3)))
    for (const sum of sums) expect(sum).toBeCloseTo(1, 12)
    expect(network(name).model.safeParse(model).success).toBe(true)
  })

  test('every optimizer learns', async () => {
    for (const given of [
      { optimizer: 'adamw' },
      { optimizer: 'sgd', momentum: 0.9, nesterov: true },
      { optimizer: 'rmsprop' },
      { optimizer: 'adagrad', learning_rate: 0.02 },
    ]) {
      const { history } = await fitted(name, data, { epochs: 4, ...given })
      expect(history?.loss[3], given.optimizer).toBeLessThan(0.9 * (history?.loss[0] ?? 0))
    }
  })

  test('the same seed gives the same bits, another seed others', async () => {
    const first = await fitted(name, data, { epochs: 2 })
    expect(await fitted(name, data, { epochs: 2 })).toEqual(first)
    expect((await fitted(name, data, { epochs: 2, random_state: 1 })).model).not.toEqual(first.model)
  })

  test('one, two and three threads give the same bits', async () => {
    const large = name === 'dnn' ? someRows(20_000, 60) : someRows(700, 400, 5)
    const given = { epochs: 3, batch_size: name === 'dnn' ? 128 : 32 }
    const one = await fitted(name, large, given, 1)
    for (const threads of [2, 3]) expect(await fitted(name, large, given, threads)).toEqual(one)
  })

  test('a fit that is paused wherever it can be gives the same bits', async () => {
    const large = name === 'dnn' ? someRows(40_000, 20) : someRows(1500, 196)
    for (const optimizer of ['adam', 'adagrad'] as const) {
      const given = { epochs: 2, optimizer }
      const {
        pauses,
        steps: _,
        ...parts
      } = await fitWithPauses((run) => network(name).fit(large, params(given), run))
      expect(pauses).toBeGreaterThan(2)
      expect(parts).toEqual(await fitted(name, large, given))
    }
  })

  test('a learning rate that makes the loss run away fails with what to do', async () => {
    const diverging = fitted(name, data, { learning_rate: 1e30, optimizer: 'sgd' })
    await expect(diverging).rejects.toThrow(JobError)
    await expect(diverging).rejects.toThrow(/The loss became .* use a smaller learning_rate than 1e\+30/)
  })

  test('trains on any shape: few rows, large and tiny batches, many classes, constants, great numbers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: fc.integer({ min: 2, max: 40 }),
          side: fc.integer({ min: 4, max: 9 }),
          batch_size: fc.constantFrom(1, 3, 32, 1000),
          classCount: fc.integer({ min: 2, max: 11 }),
          scale: fc.constantFrom(0, 1e-30, 1, 1e3),
          threads: fc.constantFrom(1, 2),
        }),
        async ({ rows, side, batch_size, classCount, scale, threads }) => {
          const small = someRows(Math.max(rows, classCount), side * side, classCount)
          for (const part of [small.features, small.validation.features]) {
            for (let i = 0; i < part.values.length; i++) part.values[i] *= scale
          }
          const { model, history } = await fitted(name, small, { epochs: 2, batch_size }, threads)
          const { classes, probabilities } = network(name).predict(model, small.features)
          expect(classes.length).toBe(small.features.rows)
          expect(probabilities?.every(Number.isFinite)).toBe(true)
          expect([...(history?.loss ?? []), ...(history?.val_loss ?? [])].every(Number.isFinite)).toBe(true)
        },
      ),
      { numRuns: 25 },
    )
  })

  test.each<[string, TrainingData, RegExp]>([
    ['no rows', someRows(0, 16), /no rows/],
    ['one class', { ...someRows(20, 16), target: new Int32Array(20) }, /same class/],
    [
      'a missing value',
      { ...someRows(20, 16), features: { ...zeros(20, 16), values: new Float64Array(320).fill(Number.NaN) } },
      /missing value/,
    ],
  ])('%s fails with what is wrong', async (_, data, sentence) => {
    await expect(fitted(name, data)).rejects.toThrow(JobError)
    await expect(fitted(name, data)).rejects.toThrow(sentence)
  })
})

test('a network that does not fit into memory fails with what to do', async () => {
  await expect(fitted('cnn', someRows(4, 160_000, 2))).rejects.toThrow(/needs .* GiB for batches of 4 rows/)
})

test.each([
  [20, /20 features \(16 and 25 are the nearest squares\)/],
  [9, /at least 4 x 4, but the dataset has 9 features/],
  [1, /at least 4 x 4/],
])('a cnn of %i features fails with the nearest squares or the least side', async (columns, sentence) => {
  await expect(fitted('cnn', someRows(20, columns))).rejects.toThrow(sentence)
})

function total(values: Float64Array | undefined): number {
  return values?.reduce((sum, value) => sum + value, 0) ?? Number.NaN
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length

function setNamed(name: string): ParitySet {
  const found = paritySets.find((set) => set === name)
  if (found === undefined) throw new Error(`There is no parity set ${name}.`)
  return found
}
