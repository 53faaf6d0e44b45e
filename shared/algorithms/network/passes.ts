import { openKernel } from '../../wasm/kernel.ts'
import { kernel as networkKernel } from '../../wasm/kernels/network.ts'
import { CONTROL_WORDS } from './barrier.ts'
import { type Optimizer, updateOf } from './optimizer.ts'
import type { Convolution, Dense, Plan } from './plan.ts'

/** A network in shared memory, as all threads of a fit are given it. */
export type SharedNetwork = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly plan: Plan
  /** Absent where the weights stay as they are. */
  readonly optimizer?: Optimizer
}

/** The words by which the threads keep in step. */
export function controlOf({ memory, plan }: SharedNetwork): Int32Array {
  return new Int32Array(memory.buffer, plan.control, CONTROL_WORDS)
}

/** A thread's part in the passes through a network: see `openPasses`. */
export type Passes = {
  /** From the batch's first `rows` rows to the scores. */
  forward(rows: number, threads: number): void
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
  { plan, memory, module, optimizer }: SharedNetwork,
  thread: number,
  barrier: (threads: number) => void,
): Passes {
  const { convolution, dense } = plan
  const kernel = openKernel(networkKernel, module, memory)
  const updateWeights = optimizer ? updateOf(optimizer, kernel) : () => undefined
  const scratch = plan.scratch[thread]

  function forwardDense(layer: Dense, rows: number, relu: boolean, threads: number): void {
    const [first, count] = shareOf(layer.units, 8, thread, threads)
    if (count > 0) kernel.forwardDense(layer.record, rows, first, count, relu, scratch)
  }

  /** The gradient of the layer's input first, because it takes the weights before their update. */
  function backwardDense(layer: Dense, rows: number, update: number, threads: number): void {
    const { record, units, inputs } = layer
    const [first, count] = shareOf(inputs, 8, thread, threads)
    if (count > 0) {
      if (layer.inputGradient > 0) kernel.backwardInput(record, rows, first, count, scratch)
      kernel.backwardKernel(record, rows, first, count, scratch)
      updateWeights(layer.kernel, update, first * units, count * units)
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
    for (let k = 0; k < 9; k++) updateWeights(layer.kernel, update, k * filters + first, count)
    updateWeights(layer.bias, update, first, count)
  }

  return {
    forward(rows, threads) {
      if (convolution) {
        const [first, count] = shareOf(rows, 1, thread, threads)
        kernel.forwardConvolution(convolution.record, first, count)
        barrier(threads)
      }
      for (const [i, layer] of dense.entries()) {
        forwardDense(layer, rows, i < dense.length - 1, threads)
        barrier(threads)
      }
    },
    backward(rows, update, threads) {
      for (let i = dense.length - 1; i >= 0; i--) {
        backwardDense(dense[i], rows, update, threads)
        barrier(threads)
      }
      if (!convolution) return
      backwardConvolution(convolution, rows, update, threads)
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
