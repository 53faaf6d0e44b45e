/** Optimizers, schedules and whole trainings beside Keras' own (test/fixtures/keras_networks.py). */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkHyperparameters } from '../../shared/algorithms/check-hyperparameters.ts'
import { denseNetwork } from '../../shared/algorithms/dnn/architecture.ts'
import { dnnRegressorHyperparameters } from '../../shared/algorithms/dnn/hyperparameters.ts'
import { classifier as dnn, regressor } from '../../shared/algorithms/dnn/index.ts'
import { learningRate, rateAt } from '../../shared/algorithms/network/learning-rate.ts'
import { initialSlot, optimizerOf, updaterOf } from '../../shared/algorithms/network/optimizer.ts'
import { planNetwork, writeRecords } from '../../shared/algorithms/network/plan.ts'
import { zeros } from '../../shared/data/matrix.ts'
import { loadKernel, openKernel } from '../../shared/wasm/kernel.ts'
import { kernel as networkKernel } from '../../shared/wasm/kernels/network.ts'
import { sharedMemory } from '../../shared/wasm/memory.ts'
import { distance, done, fitWithPauses, uninterrupted } from '../support/fit.ts'
import { fitted, keras as nets, params } from '../support/networks.ts'
import { columnsOf, matrixOf, someRows, trainingData } from '../support/training-data.ts'

const numbers = z.array(z.number())
const given = z.record(z.string(), z.unknown())
const fits = z.object({
  x: z.array(numbers),
  y: numbers,
  weights: numbers,
  fits: z.array(
    z.object({
      params: given,
      weighted: z.boolean(),
      history: z.record(z.string(), numbers),
      outputs: numbers,
    }),
  ),
})
const keras = z
  .object({
    optimizers: z.array(z.object({ params: given, weights: numbers })),
    schedules: z.array(z.object({ schedule: given, rates: numbers })),
    classification: fits,
    regression: fits,
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/keras-networks.json', import.meta.url), 'utf8')))

const named = <Case extends { params: object; weighted?: boolean }>(cases: readonly Case[]) =>
  cases.map((each) => ({
    ...each,
    name: `${JSON.stringify(each.params)}${each.weighted ? ' with weights' : ''}`,
  }))

/** The weights of the rows of a fit that has some. */
const weightsOf = ({ weights }: { weights: number[] }, weighted: boolean) =>
  weighted ? { sampleWeights: Float64Array.from(weights) } : {}

test.each(named(keras.optimizers))(
  '$name updates weights as Keras does',
  async ({ params: given, weights }) => {
    const architecture = denseNetwork(4, 2, { hidden_layers: [], activation: 'relu', dropout: 0 })
    const plan = planNetwork(architecture, 1, 1, 'train')
    const memory = sharedMemory(plan.bytes)
    writeRecords(memory, plan)
    const [kernel] = plan.parameters
    const view = (address: number) => new Float32Array(memory.buffer, address, kernel.count)
    const optimizer = optimizerOf(params(given))
    const { update, finish } = updaterOf(
      optimizer,
      openKernel(networkKernel, await loadKernel(networkKernel), memory),
    )
    view(kernel.weights).set(nets.weights)
    view(kernel.slot1).fill(initialSlot(optimizer.name))
    for (const [i, gradient] of nets.gradients.entries()) {
      view(kernel.gradients).set(gradient)
      update(kernel, i + 1, 0, kernel.count, optimizer.rate)
      finish?.(kernel, optimizer.rate)
    }
    expect(distance(view(kernel.weights), weights)).toBeLessThan(4e-6)
  },
)

test.each(keras.schedules)('$schedule has the rates of Keras', ({ schedule, rates }) => {
  const rate = learningRate().parse(schedule)
  const ours = rates.map((_, step) => rateAt(rate, step, 0))
  expect(distance(ours, rates)).toBeLessThan(1e-7)
})

type Figures = Readonly<Record<string, readonly number[]>>

function compareHistory(history: Figures | undefined, wanted: Figures) {
  if (history === undefined) throw new Error('The fit has no history.')
  for (const figure of ['loss', 'val_loss', 'accuracy', 'val_accuracy'] as const) {
    const values = wanted[figure]
    // Keras has no validation where none is split off, and a regression no accuracy.
    if (values !== undefined) expect(distance(history[figure], values), figure).toBeLessThan(2e-5)
  }
}

describe('a whole training is that of Keras', () => {
  test.each(named(keras.classification.fits))(
    '$name',
    async ({ params: given, weighted, history, outputs }) => {
      const { x, y } = keras.classification
      const weights = weightsOf(keras.classification, weighted)
      const data = { ...trainingData(matrixOf(columnsOf(x)), Int32Array.from(y)), ...weights }
      const fit = await fitted('dnn', data, given)
      compareHistory(fit.history, history)
      expect(distance(dnn.predict(fit.model, data.features).probabilities ?? [], outputs)).toBeLessThan(2e-5)
    },
  )

  test.each(named(keras.regression.fits))(
    'regression $name',
    async ({ params: given, weighted, history, outputs }) => {
      const { x, y } = keras.regression
      const features = matrixOf(columnsOf(x))
      const asked = checkHyperparameters('dnn', dnnRegressorHyperparameters, given)
      const data = {
        task: 'regression' as const,
        features,
        target: Float64Array.from(y),
        featureNames: [],
        ...weightsOf(keras.regression, weighted),
        validation: { features: zeros(0, features.columns), target: new Float64Array(0) },
      }
      const fit = done(await regressor.fit(data, asked, uninterrupted()))
      compareHistory(fit.history, history)
      expect(Object.keys(fit.history ?? {})).toEqual(['loss', 'val_loss'])
      expect(distance(regressor.predict(fit.model, features).values, outputs)).toBeLessThan(2e-5)
    },
  )
})

describe('dropout', () => {
  const data = someRows(20_000, 60)
  const params = { dropout: 0.4, activation: 'tanh', epochs: 2, batch_size: 128 }

  test('one, two and three threads give the same bits', async () => {
    const one = await fitted('dnn', data, params, 1)
    for (const threads of [2, 3]) expect(await fitted('dnn', data, params, threads)).toEqual(one)
  })

  test('leaves out its share of the units, other ones in each update', async () => {
    const fit = await fitted('dnn', data, { ...params, epochs: 1 })
    const without = await fitted('dnn', data, { ...params, epochs: 1, dropout: 0 })
    expect(fit.model).not.toEqual(without.model)
    expect(fit.history?.val_accuracy[0]).toBeGreaterThan(0.8 * (without.history?.val_accuracy[0] ?? 1))
  })
})

test('a training with all of it that is paused wherever it can be gives the same bits', async () => {
  const data = someRows(40_000, 20)
  const given = {
    epochs: 4,
    optimizer: 'nadam',
    dropout: 0.2,
    l2: 1e-4,
    class_weight: 'balanced',
    validation_split: 0.1,
    early_stopping: { patience: 1, min_delta: 0.05, restore_best_weights: true },
    learning_rate: { schedule: 'reduce_on_plateau', patience: 0, min_delta: 0.1 },
  }
  const { pauses, steps: _, ...parts } = await fitWithPauses((run) => dnn.fit(data, params(given), run))
  expect(pauses).toBeGreaterThan(2)
  expect(parts).toEqual(await fitted('dnn', data, given))
})
