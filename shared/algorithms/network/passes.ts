import { openKernel } from '../../wasm/kernel.ts'
import { kernel as networkKernel } from '../../wasm/kernels/network.ts'
import { CONTROL_WORDS } from './barrier.ts'
import { type Optimizer, updateOf } from './optimizer.ts'
import type { Dense, Plan } from './plan.ts'

/** A network in shared memory, as all threads of a fit are given it. */
export type SharedNetwork = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly plan: Plan
  /** Absent where nothing is learnt. */
  readonly optimizer?: Optimizer
}

/** The words by which the threads keep in step. */
export function controlOf({ memory, plan }: SharedNetwork): Int32Array {
  return new Int32Array(memory.buffer, plan.control, CONTROL_WORDS)
}

const BYTES = Float32Array.BYTES_PER_ELEMENT

/**
 * A thread's part in the passes through a network, `thread` of `threads` that call the same at the same
 * time; `barrier` returns when all have called it. Every number is computed by one thread, in an order that
 * does not depend on how many they are.
 */
export function openPasses(network: SharedNetwork, thread: number, barrier: (threads: number) => void) {
  const { plan, memory, module } = network
  const { architecture, convolution, dense } = plan
  const { side, filters, inputs } = architecture
  const functions = openKernel(networkKernel, module, memory)
  const { multiply, addBias, reluGradient, sumColumns, convolve, convolveGradient } = functions
  const update = network.optimizer && updateOf(network.optimizer, functions)
  const scratch = plan.scratch[thread]

  /** This thread's share of `count` things in blocks: the first, and how many. */
  function share(count: number, block: number, threads: number): [number, number] {
    const blocks = Math.ceil(count / block)
    const first = Math.min(count, Math.floor((blocks * thread) / threads) * block)
    const end = Math.min(count, Math.floor((blocks * (thread + 1)) / threads) * block)
    return [first, end - first]
  }

  function forwardDense(layer: Dense, rows: number, isLast: boolean, threads: number): void {
    const { kernel, bias, units } = layer
    const [first, count] = share(units, 8, threads)
    const output = layer.output + first * BYTES
    if (count === 0) return
    multiply(
      layer.input,
      layer.inputs,
      1,
      kernel.weights + first * BYTES,
      units,
      1,
      output,
      units,
      rows,
      layer.inputs,
      count,
      scratch,
    )
    addBias(output, units, bias.weights + first * BYTES, rows, count, isLast ? 0 : 1)
  }

  /** The gradient of the layer's input first, because it takes the weights before their update. */
  function backwardDense(layer: Dense, rows: number, t: number, threads: number): void {
    const { kernel, bias, units } = layer
    const [first, count] = share(layer.inputs, 8, threads)
    const input = layer.input + first * BYTES
    if (count > 0) {
      if (layer.inputGradient > 0) {
        const inputGradient = layer.inputGradient + first * BYTES
        multiply(
          layer.gradient,
          units,
          1,
          kernel.weights + first * units * BYTES,
          1,
          units,
          inputGradient,
          layer.inputs,
          rows,
          units,
          count,
          scratch,
        )
        reluGradient(inputGradient, input, layer.inputs, rows, count)
      }
      multiply(
        input,
        1,
        layer.inputs,
        layer.gradient,
        units,
        1,
        kernel.gradients + first * units * BYTES,
        units,
        count,
        rows,
        units,
        scratch,
      )
      update?.(kernel, t, first * units, count * units)
    }
    const [unit, unitCount] = share(units, 4, threads)
    if (unitCount > 0) {
      sumColumns(layer.gradient + unit * BYTES, units, bias.gradients + unit * BYTES, rows, unitCount)
      update?.(bias, t, unit, unitCount)
    }
  }

  return {
    /** From the batch's first `rows` rows to the scores. */
    forward(rows: number, threads: number): void {
      if (convolution) {
        const [first, count] = share(rows, 1, threads)
        const from = first * dense[0].inputs * BYTES
        convolve(
          plan.batch + first * inputs * BYTES,
          convolution.kernel.weights,
          convolution.bias.weights,
          convolution.output + from,
          convolution.place + from,
          count,
          side,
          filters,
        )
        barrier(threads)
      }
      for (const [i, layer] of dense.entries()) {
        forwardDense(layer, rows, i === dense.length - 1, threads)
        barrier(threads)
      }
    },

    /**
     * From the gradient of the scores to that of every weight, and, with an optimiser, step `t`'s update of
     * the weights.
     */
    backward(rows: number, t: number, threads: number): void {
      for (let i = dense.length - 1; i >= 0; i--) {
        backwardDense(dense[i], rows, t, threads)
        barrier(threads)
      }
      if (!convolution) return
      const { kernel, bias } = convolution
      const [first, count] = share(filters, 4, threads)
      if (count > 0) {
        convolveGradient(
          plan.batch,
          convolution.gradient,
          convolution.place,
          kernel.gradients,
          bias.gradients,
          rows,
          side,
          filters,
          first,
          count,
        )
        for (let place = 0; place < 9; place++) update?.(kernel, t, place * filters + first, count)
        update?.(bias, t, first, count)
      }
      barrier(threads)
    },
  }
}
