/** The optimizers' steps by Keras' formulas, worked out by hand; networks.test.ts has them beside Keras' own figures. */
import { expect, test } from 'vitest'
import {
  initialSlot,
  type Optimizer,
  optimizerOf,
  updaterOf,
} from '../../shared/algorithms/network/optimizer.ts'
import { planNetwork, writeRecords } from '../../shared/algorithms/network/plan.ts'
import { loadKernel, openKernel } from '../../shared/wasm/kernel.ts'
import { kernel as networkKernel } from '../../shared/wasm/kernels/network.ts'
import { sharedMemory } from '../../shared/wasm/memory.ts'

const module = await loadKernel(networkKernel)

/** The weights, from 1 on, after a step on each of the gradients. */
function weightsAfter(optimizer: Optimizer, gradients: readonly number[]): number[] {
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
  const { update } = updaterOf(optimizer, openKernel(networkKernel, module, memory))
  view(kernel.weights).fill(1)
  view(kernel.slot1).fill(initialSlot(optimizer.name))
  return gradients.map((gradient, i) => {
    view(kernel.gradients).fill(gradient)
    update(kernel, i + 1, 0, kernel.count, optimizer.rate)
    const weights = view(kernel.weights)
    expect(weights.every((weight) => weight === weights[0])).toBe(true)
    return weights[0]
  })
}

test.each<[string, Parameters<typeof optimizerOf>[0], number[], number[]]>([
  // Its first step is the rate, whatever the gradient; so is a second with the same gradient.
  ['adam', { optimizer: 'adam', learning_rate: 0.1 }, [4, 4], [0.9, 0.8]],
  // m = 0.9 * 0.1 * 4 - 0.1 * 4 = -0.04, over 1 - 0.81; v = 0.016 * 1.999, over 1 - 0.998001.
  ['adam against its momentum', { optimizer: 'adam', learning_rate: 0.1 }, [4, -4], [0.9, 0.9 + 0.1 / 19]],
  // The weights shrink by the rate times the decay first.
  [
    'adamw',
    { optimizer: 'adamw', learning_rate: 0.1, weight_decay: 0.5 },
    [4, 4],
    [0.95 - 0.1, 0.85 * 0.95 - 0.1],
  ],
  ['sgd', { optimizer: 'sgd', learning_rate: 0.1 }, [2, 1], [0.8, 0.7]],
  // Velocity -0.2, then 0.5 * -0.2 - 0.1.
  ['sgd with momentum', { optimizer: 'sgd', learning_rate: 0.1, momentum: 0.5 }, [2, 1], [0.8, 0.6]],
  // 0.5 * velocity less the step: -0.1 - 0.2, then 0.5 * -0.2 - 0.1.
  [
    'sgd with Nesterov’s momentum',
    { optimizer: 'sgd', learning_rate: 0.1, momentum: 0.5, nesterov: true },
    [2, 1],
    [0.7, 0.5],
  ],
  // The mean of the squares is 0.1 * 4, then 0.9 * 0.4 + 0.1 * 1.
  [
    'rmsprop',
    { optimizer: 'rmsprop', learning_rate: 0.1 },
    [2, 1],
    [1 - 0.2 / Math.sqrt(0.4), 1 - 0.2 / Math.sqrt(0.4) - 0.1 / Math.sqrt(0.46)],
  ],
  // The sum of the squares is 0.1 + 4, then 5.1.
  [
    'adagrad',
    { optimizer: 'adagrad', learning_rate: 0.1 },
    [2, 1],
    [1 - 0.2 / Math.sqrt(4.1), 1 - 0.2 / Math.sqrt(4.1) - 0.1 / Math.sqrt(5.1)],
  ],
])('%s', (_, params, gradients, expected) => {
  const weights = weightsAfter(optimizerOf(params), gradients)
  for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(expected[i], 5)
})

test('what is left out is Keras’ default', () => {
  const none = { momentum: 0, nesterov: false, decay: 0 }
  expect(optimizerOf({ optimizer: 'adam', learning_rate: null })).toEqual({
    ...none,
    name: 'adam',
    rate: 0.001,
  })
  expect(optimizerOf({ optimizer: 'adamw' })).toEqual({ ...none, name: 'adamw', rate: 0.001, decay: 0.004 })
  expect(optimizerOf({ optimizer: 'sgd' })).toEqual({ ...none, name: 'sgd', rate: 0.01 })
  expect(initialSlot('adagrad')).toBe(0.1)
  expect(initialSlot('adam')).toBe(0)
})
