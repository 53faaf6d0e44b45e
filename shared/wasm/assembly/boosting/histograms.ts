import { constantHessian } from './data'

/**
 * The histogram of a feature at a node: per bin the sums of the gradients and the hessians (f64[256][2]) and then the
 * counts of the rows (u32[256]; unused where the hessians are constant). The features' histograms lie one behind the
 * other.
 */
export const BINS: i32 = 256
export const COUNTS_OFFSET: i32 = 4096
export const HISTOGRAM_BYTES: i32 = 5120

// @ts-ignore: decorator
@inline
function addOne(counted: bool, histogram: usize, bin: u32, pair: v128): void {
  const sums = histogram + (<usize>bin << 4)
  v128.store(sums, f64x2.add(v128.load(sums), pair))
  if (counted) {
    const count = histogram + (<usize>bin << 2)
    store<u32>(count, load<u32>(count, COUNTS_OFFSET) + 1, COUNTS_OFFSET)
  }
}

/** Adds rows in their order, so that every sum is rounded as scikit-learn's is. */
// @ts-ignore: decorator
@inline
function addRows(
  indexed: bool,
  counted: bool,
  block: usize,
  width: i32,
  histograms: usize,
  indices: usize,
  count: i32,
  pairs: usize,
): void {
  const second = histograms + HISTOGRAM_BYTES
  const third = second + HISTOGRAM_BYTES
  const fourth = third + HISTOGRAM_BYTES
  const end = pairs + (<usize>count << 3)
  while (pairs < end) {
    const bins = load<u32>(indexed ? block + (<usize>load<u32>(indices) << 2) : block)
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(pairs))
    addOne(counted, histograms, bins & 255, pair)
    if (width > 1) addOne(counted, second, (bins >> 8) & 255, pair)
    if (width > 2) addOne(counted, third, (bins >> 16) & 255, pair)
    if (width > 3) addOne(counted, fourth, bins >> 24, pair)
    if (indexed) indices += 4
    else block += 4
    pairs += 8
  }
}

/**
 * Builds the histograms of the features of a block from the rows of a node.
 *
 * @param block u8[rows][4]: the bins of up to four features side by side
 * @param width how many features there are in the block
 * @param histograms of the block's first feature
 * @param indices u32[count]: the node's rows; 0 for the root, which has them all
 * @param pairs f32[count][2]: the gradients and hessians of the node's rows
 */
export function buildHistograms(
  block: usize,
  width: i32,
  histograms: usize,
  indices: usize,
  count: i32,
  pairs: usize,
): void {
  memory.fill(histograms, 0, <usize>(width * HISTOGRAM_BYTES))
  if (indices == 0) {
    if (constantHessian) addRows(false, false, block, width, histograms, 0, count, pairs)
    else addRows(false, true, block, width, histograms, 0, count, pairs)
  } else {
    if (constantHessian) addRows(true, false, block, width, histograms, indices, count, pairs)
    else addRows(true, true, block, width, histograms, indices, count, pairs)
  }
}

/** Leaves in `parent` the histograms of one child: the parent's less those of the other child. */
export function subtractHistograms(parent: usize, child: usize, width: i32): void {
  for (let feature = 0; feature < width; feature++) {
    for (let at: usize = 0; at < <usize>COUNTS_OFFSET; at += 16) {
      v128.store(parent + at, f64x2.sub(v128.load(parent + at), v128.load(child + at)))
    }
    if (!constantHessian) {
      for (let at: usize = COUNTS_OFFSET; at < <usize>HISTOGRAM_BYTES; at += 16) {
        v128.store(parent + at, i32x4.sub(v128.load(parent + at), v128.load(child + at)))
      }
    }
    parent += HISTOGRAM_BYTES
    child += HISTOGRAM_BYTES
  }
}
