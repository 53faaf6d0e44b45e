import { MAX_THRESHOLDS, Split } from '../../wasm/kernels/boosting.ts'
import type { BoostingProblem } from './problem.ts'

/** The best split of a node that the kernel found. */
export type FoundSplit = {
  /** 0 or less: no split was found. */
  readonly gain: number
  readonly feature: number
  readonly leftGradients: number
  readonly leftHessians: number
  /** The last bin that goes left. */
  readonly bin: number
  readonly missingLeft: boolean
  /** SET_BYTES: a bit per bin that goes left; only for a categorical split. */
  readonly set?: Uint8Array
}

const { fields } = Split

/** Bytes of the set of bins that go left: a bit per bin. */
export const SET_BYTES = 32

/** Where the kernel writes the best split of each feature, for two nodes. */
export function openSplits({ memory, addresses, features, settings }: BoostingProblem) {
  const { columns } = features
  const view = new DataView(memory.buffer)
  const masks = new Uint8Array(memory.buffer, addresses.masks, 2 * columns)
  const goesLeft = new Uint8Array(memory.buffer, addresses.goesLeft, MAX_THRESHOLDS + 1)
  const at = (node: number, feature: number) => addresses.splits + (node * columns + feature) * Split.bytes
  const gainOf = (node: number, feature: number) => view.getFloat64(at(node, feature) + fields.gain[1], true)

  function read(node: number, feature: number): FoundSplit {
    const record = at(node, feature)
    const set = record + fields.set0[1]
    const isCategorical = view.getInt32(record + fields.isCategorical[1], true) === 1
    return {
      gain: gainOf(node, feature),
      feature,
      leftGradients: view.getFloat64(record + fields.leftGradients[1], true),
      leftHessians: view.getFloat64(record + fields.leftHessians[1], true),
      bin: view.getInt32(record + fields.bin[1], true),
      missingLeft: view.getInt32(record + fields.missingLeft[1], true) === 1,
      ...(isCategorical ? { set: new Uint8Array(memory.buffer, set, SET_BYTES).slice() } : {}),
    }
  }

  return {
    /** Writes which features the kernel tries for a node. */
    prepare(node: number, mask: Uint8Array): void {
      masks.set(mask, node * columns)
      for (let feature = 0; feature < columns; feature++)
        view.setFloat64(at(node, feature) + fields.gain[1], -1, true)
    },
    /** The first of the splits with the largest gain. */
    best(node: number, allowed?: readonly number[]): FoundSplit {
      let best = allowed?.[0] ?? 0
      for (let i = 1; i < (allowed?.length ?? columns); i++) {
        const feature = allowed?.[i] ?? i
        if (gainOf(node, feature) > gainOf(node, best)) best = feature
      }
      return read(node, best)
    },
    /** Writes for each bin whether it goes left. */
    writeGoesLeft({ set, bin, missingLeft }: FoundSplit): void {
      if (set !== undefined) {
        for (let b = 0; b < goesLeft.length; b++) goesLeft[b] = (set[b >> 3] >> (b & 7)) & 1
        return
      }
      goesLeft.fill(0)
      goesLeft.fill(1, 0, bin + 1)
      if (missingLeft) goesLeft[settings.maxBins] = 1
    },
  }
}
