import { openKernel } from '../../wasm/kernel.ts'
import { kernel as networkKernel } from '../../wasm/kernels/network.ts'
import { CONTROL_WORDS } from './barrier.ts'
import { type Optimizer, type Updater, updaterOf } from './optimizer.ts'
import type { Convolution, Dense, Parameter, Plan } from './plan.ts'

/** A network in shared memory, as all threads of a fit are given it. */
export type SharedNetwork = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly plan: Plan
  /** Absent where the weights stay as they are. */
  readonly optimizer?: Optimizer
  /** Of the L2 penalty on the kernels: l2 * (the sum of their squares). */
  readonly l2?: number
  /** Of dropout's random numbers. */
  readonly seed?: number
}

/** The words by which the threads keep in step. */
export function controlOf({ memory, plan }: SharedNetwork): Int32Array {
  return new Int32Array(memory.buffer, plan.control, CONTROL_WORDS)
}

/** A thread's part in the passes through a network: see `openPasses`. */
export type Passes = {
  /** From the batch's first `rows` rows to the scores; with dropout where `update` is the number of one, not 0. */
  forward(rows: number, update: number, threads: number): void
  /**
   * From the gradient of the scores to that of every weight, and, with an optimizer, the update of the weights whose
   * number, from 1 on, is `update`.
   */
  backward(rows: number, update: number, threads: number): void
}

/**
 * Opens the part of thread number `thread` in the passes through a network whose records are written. All threads that
 * take part call the same at the same time; `barrier` returns when all have called it. Every number is computed by one
 * thread, in an order that does not depend on how many they are.
 */
export function openPasses(
  { plan, memory, module, optimizer, l2 = 0 }: SharedNetwork,
  thread: number,
  barrier: (threads: number) => void,
): Passes {
  const { convolution, dense } = plan
  const kernel = openKernel(networkKernel, module, memory)
  const updater: Updater = optimizer ? updaterOf(optimizer, kernel) : { update: () => undefined }
  const rate = new Float64Array(memory.buffer, plan.rate, 1)
  const scratch = plan.scratch[thread]

  function updateWeights(parameter: Parameter, update: number, first: number, count: number): void {
    updater.update(parameter, update, first, count, rate[0])
  }

  function updateKernel(parameter: Parameter, update: number, first: number, count: number): void {
    if (l2 > 0) kernel.addDecay(parameter.record, first, count, 2 * l2)
    updateWeights(parameter, update, first, count)
  }

  function forwardDense(layer: Dense, rows: number, update: number, threads: number): void {
    const [first, count] = shareOf(layer.units, 8, thread, threads)
    if (count > 0) kernel.forwardDense(layer.record, rows, first, count, update, scratch)
  }

  /** The gradient of the layer's input first, because it takes the weights before their update. */
  function backwardDense(layer: Dense, rows: number, update: number, threads: number): void {
    const { record, units, inputs } = layer
    const [first, count] = shareOf(inputs, 8, thread, threads)
    if (count > 0) {
      if (layer.inputGradient > 0) kernel.backwardInput(record, rows, first, count, update, scratch)
      kernel.backwardKernel(record, rows, first, count, scratch)
      updateKernel(layer.kernel, update, first * units, count * units)
    }
    const [unit, unitCount] = shareOf(units, 4, thread, threads)
    if (unitCount > 0) {
      kernel.backwardBias(record, rows, unit, unitCount)
      updateWeights(layer.bias, update, unit, unitCount)
    }
  }

  function backwardConvolution(layer: Convolution, rows: number, update: number, threads: number): void {
    const { filters } = plan.architecture
    const [first, count] = shareOf(filters, 4, thread, threads)
    if (count === 0) return
    kernel.backwardConvolution(layer.record, rows, first, count)
    for (let k = 0; k < 9; k++) updateKernel(layer.kernel, update, k * filters + first, count)
    updateWeights(layer.bias, update, first, count)
  }

  return {
    forward(rows, update, threads) {
      if (convolution) {
        const [first, count] = shareOf(rows, 1, thread, threads)
        kernel.forwardConvolution(convolution.record, first, count)
        barrier(threads)
      }
      for (const layer of dense) {
        forwardDense(layer, rows, update, threads)
        barrier(threads)
      }
    },
    backward(rows, update, threads) {
      for (let i = dense.length - 1; i >= 0; i--) {
        backwardDense(dense[i], rows, update, threads)
        barrier(threads)
      }
      if (convolution) {
        backwardConvolution(convolution, rows, update, threads)
        barrier(threads)
      }
      if (!updater.finish) return
      for (let i = thread; i < plan.parameters.length; i += threads)
        updater.finish(plan.parameters[i], rate[0])
      barrier(threads)
    },
  }
}

/** A thread's share of `count` things in blocks: the first, and how many. */
function shareOf(count: number, block: number, thread: number, threads: number): [number, number] {
  const blocks = Math.ceil(count / block)
  const first = Math.min(count, Math.floor((blocks * thread) / threads) * block)
  const end = Math.min(count, Math.floor((blocks * (thread + 1)) / threads) * block)
  return [first, end - first]
}
