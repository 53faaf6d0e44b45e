import { type Exports, FrontierRecord, StackRecord } from '../../wasm/kernels/trees.ts'

/** The kernel's variables and arrays of a tree that is being grown. */
export type KernelState = {
  readonly counters: Float64Array
  readonly samples: Int32Array
  readonly features: Int32Array
  readonly constantFeatures: Int32Array
  /** The records of the stack (depth first) or of the frontier (best first). */
  readonly waiting: Uint8Array
  readonly heap: Int32Array
  /** On the values of the records' nodes, of a tree with monotonic features. */
  readonly bounds?: Float64Array | undefined
}

/** Copies a kernel's state out of its memory and back. */
export function kernelState(kernel: Exports, buffer: ArrayBufferLike, columns: number, bestFirst: boolean) {
  /** How many nodes are still to be looked at. */
  const waitingCount = bestFirst ? kernel.heapSize : kernel.stackSize
  const recordsAt = bestFirst ? kernel.frontier.value : kernel.stack.value
  const int32 = (at: number, length: number) => new Int32Array(buffer, at >>> 0, length)
  const records = (bytes: number) => new Uint8Array(buffer, recordsAt >>> 0, bytes)
  const boundCount = () => (bestFirst ? 4 * kernel.recordCount.value : 2 * kernel.stackSize.value)
  const boundsView = (length: number) => new Float64Array(buffer, kernel.bounds.value >>> 0, length)
  const recordBytes = () =>
    bestFirst ? FrontierRecord.bytes * kernel.recordCount.value : StackRecord.bytes * kernel.stackSize.value

  return {
    waitingCount,
    save(): KernelState {
      kernel.leaveCopies()
      return {
        counters: Float64Array.of(
          kernel.randomState.value >>> 0,
          kernel.sampleCount.value,
          kernel.weightedSamples.value,
          kernel.nodeCount.value,
          waitingCount.value,
          kernel.recordCount.value,
          kernel.splitsLeft.value,
        ),
        samples: int32(kernel.samples.value, kernel.sampleCount.value).slice(),
        features: int32(kernel.features.value, columns).slice(),
        constantFeatures: int32(kernel.constantFeatures.value, columns).slice(),
        waiting: records(recordBytes()).slice(),
        heap: bestFirst ? int32(kernel.heap.value, kernel.heapSize.value).slice() : new Int32Array(0),
        ...(kernel.directions.value === 0 ? {} : { bounds: boundsView(boundCount()).slice() }),
      }
    },
    /** The host calls the kernel's `resume` afterwards. */
    restore(state: KernelState): void {
      const [randomState, samples, weighted, nodes, waiting, recordCount, splits] = state.counters
      kernel.randomState.value = randomState
      kernel.sampleCount.value = samples
      kernel.weightedSamples.value = weighted
      kernel.nodeCount.value = nodes
      kernel.buffered.value = 0
      waitingCount.value = waiting
      kernel.recordCount.value = recordCount
      kernel.splitsLeft.value = splits
      int32(kernel.samples.value, samples).set(state.samples)
      int32(kernel.features.value, columns).set(state.features)
      int32(kernel.constantFeatures.value, columns).set(state.constantFeatures)
      records(state.waiting.length).set(state.waiting)
      if (bestFirst) int32(kernel.heap.value, state.heap.length).set(state.heap)
      if (state.bounds !== undefined) boundsView(state.bounds.length).set(state.bounds)
    },
  }
}
