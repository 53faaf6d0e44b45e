/**
 * Isotonic regression by pooling adjacent violators (Ayer et al., "An empirical distribution function for sampling with
 * incomplete information", 1955; de Leeuw, Hornik and Mair 2009), as scikit-learn's IsotonicRegression, which joins its steps
 * by lines and is constant outside them.
 */

/** The points between which the curve is linear: `x` rises, `y` does not fall. */
export type Steps = { readonly x: Float64Array; readonly y: Float64Array }

/** Values closer together than this count as one (numpy's resolution of a double). */
const RESOLUTION = 1e-15

/**
 * The rising curve with the least weighted squares.
 *
 * @param weights per value, at least 0, not all 0.
 */
export function fitIsotonic(x: Float64Array, y: Uint8Array, weights: Float64Array): Steps {
  const order = Array.from(x.keys())
    .filter((i) => weights[i] > 0)
    .sort((a, b) => x[a] - x[b] || y[a] - y[b])
  const points = joinEqual(order, x, y, weights)
  pool(points.y, points.weights)
  const last = points.y.length - 1
  const kept = points.y.map(
    (value, i) => i === 0 || i === last || value !== points.y[i - 1] || value !== points.y[i + 1],
  )
  return {
    x: Float64Array.from(points.x.filter((_, i) => kept[i])),
    y: Float64Array.from(points.y.filter((_, i) => kept[i])),
  }
}

/** The curve at a value (numpy.interp). */
export function interpolate({ x, y }: Steps, value: number): number {
  const last = x.length - 1
  if (value <= x[0]) return y[0]
  if (value >= x[last]) return y[last]
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (x[middle] <= value) low = middle
    else high = middle
  }
  return ((y[high] - y[low]) / (x[high] - x[low])) * (value - x[low]) + y[low]
}

type Points = { x: number[]; y: number[]; weights: number[] }

/** Values that are equal as one, with their mean. */
function joinEqual(order: readonly number[], x: Float64Array, y: Uint8Array, given: Float64Array): Points {
  const points: Points = { x: [], y: [], weights: [] }
  let [at, weight, sum] = [x[order[0]], 0, 0]
  const add = () => {
    points.x.push(at)
    points.y.push(sum / weight)
    points.weights.push(weight)
  }
  for (const i of order) {
    if (x[i] - at >= RESOLUTION) {
      add()
      at = x[i]
      weight = 0
      sum = 0
    }
    weight += given[i]
    sum += y[i] * given[i]
  }
  add()
  return points
}

/** Replaces `y` in place by its rising fit; `weights` are used up. */
function pool(y: number[], weights: number[]): void {
  const count = y.length
  /** Of a block's first position its last, and of its last its first. */
  const end = Int32Array.from(y, (_, i) => i)
  let i = 0
  while (i < count) {
    let next = end[i] + 1
    if (next === count) break
    if (y[i] < y[next]) {
      i = next
      continue
    }
    let sum = weights[i] * y[i]
    let weight = weights[i]
    for (let falls = true; falls; ) {
      const before = y[next]
      sum += weights[next] * before
      weight += weights[next]
      next = end[next] + 1
      falls = next < count && before >= y[next]
    }
    y[i] = sum / weight
    weights[i] = weight
    end[i] = next - 1
    end[next - 1] = i
    if (i > 0) i = end[i - 1]
  }
  for (let block = 0; block < count; block = end[block] + 1) y.fill(y[block], block, end[block] + 1)
}
