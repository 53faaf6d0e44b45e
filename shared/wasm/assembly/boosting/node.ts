/** A node for which a split is sought. The host writes it. */
@unmanaged
export class Node {
  sumGradients: f64
  sumHessians: f64
  value: f64
  /** Bounds of the children's values, from monotonic constraints. */
  lowerBound: f64
  upperBound: f64
  samples: i32
  /** Address of the histogram of the first feature. */
  histograms: usize
}

/** The best split of a node by one feature. */
@unmanaged
export class Split {
  /** -1: there is none. */
  gain: f64
  leftGradients: f64
  leftHessians: f64
  leftSamples: i32
  /** The last bin that goes left. Not used by categorical splits. */
  bin: i32
  missingLeft: i32
  isCategorical: i32
  /** The eight words of the set of bins that go left, one bit each, of a categorical split. */
  set0: u32
  set1: u32
  set2: u32
  set3: u32
  set4: u32
  set5: u32
  set6: u32
  set7: u32
}

export const NO_GAIN: f64 = -1

export function sumsOf(node: Node): v128 {
  return f64x2.replace_lane(f64x2.splat(node.sumGradients), 1, node.sumHessians)
}
