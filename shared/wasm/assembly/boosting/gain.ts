import { l2Regularization } from './hyperparameters'
import { Node } from './node'

/** scikit-learn's `compute_node_value`, for the left child and the right one: `sums` and `hessians` have a lane each. */
export function childValues(sums: v128, hessians: v128, node: Node): v128 {
  const divisor = f64x2.add(f64x2.add(hessians, f64x2.splat(l2Regularization)), f64x2.splat(1e-15))
  const value = f64x2.neg(f64x2.div(sums, divisor))
  // pmin(a, b) is b < a ? b : a
  return f64x2.pmin(f64x2.pmax(value, f64x2.splat(node.lowerBound)), f64x2.splat(node.upperBound))
}

/**
 * scikit-learn's `_split_gain`: by how much the loss is smaller after a split.
 *
 * @param left sums of the gradients and the hessians of the left child
 * @param total of the node
 * @param increase the monotonic constraint: 1 or -1, or 0 for none
 */
export function splitGain(left: v128, right: v128, loss: f64, increase: i32, node: Node): f64 {
  const gradients = v128.shuffle<f64>(left, right, 0, 2)
  const values = childValues(gradients, v128.shuffle<f64>(left, right, 1, 3), node)
  if (increase != 0) {
    const first = f64x2.extract_lane(values, 0)
    const second = f64x2.extract_lane(values, 1)
    if (increase > 0 ? first > second : first < second) return -1
  }
  const losses = f64x2.mul(gradients, values)
  return loss - f64x2.extract_lane(losses, 0) - f64x2.extract_lane(losses, 1)
}

/**
 * What the losses of two children must sum to for a gain above that of the best split so far, but for rounding. -Infinity
 * where bounds on the values make that more than `isHopeless` can say.
 *
 * @param loss of the node: not above 0
 */
export function limitOf(bestGain: f64, loss: f64, node: Node): f64 {
  if (node.lowerBound != -Infinity || node.upperBound != Infinity) return -Infinity
  return (max(bestGain, 0) - loss) * (1 - 1e-12)
}

/** Whether a split is worse than the best so far: the gain without its divisions, which most splits need not. */
export function isHopeless(left: v128, right: v128, limit: f64): bool {
  const gradientsLeft = f64x2.extract_lane(left, 0)
  const gradientsRight = f64x2.extract_lane(right, 0)
  const hessiansLeft = f64x2.extract_lane(left, 1) + l2Regularization
  const hessiansRight = f64x2.extract_lane(right, 1) + l2Regularization
  return (
    gradientsLeft * gradientsLeft * hessiansRight + gradientsRight * gradientsRight * hessiansLeft <
    limit * (hessiansLeft * hessiansRight)
  )
}
