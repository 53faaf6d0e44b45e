/**
 * Probabilities from decision values: Platt's sigmoid, fitted as in Lin, Lin and Weng, "A note on Platt's
 * probabilistic outputs for support vector machines", Machine Learning 68, 2007, and coupled over pairs of classes as
 * in Wu, Lin and Weng, "Probability estimates for multi-class classification by pairwise coupling", JMLR 5, 2004
 * (their second method).
 */
const MAX_NEWTON_STEPS = 100
const MIN_STEP = 1e-10
const RIDGE = 1e-12

/**
 * A and B such that a positive row has the probability 1 / (1 + exp(A * decision + B)).
 *
 * @param options.weights how much each row counts; absent: 1
 * @param options.gradientTolerance the gradient at which it ends; libsvm's by default
 */
export function fitSigmoid(
  decisions: Float64Array,
  positive: Uint8Array,
  options: { readonly weights?: Float64Array; readonly gradientTolerance?: number } = {},
): { a: number; b: number } {
  const { weights, gradientTolerance = 1e-5 } = options
  const count = decisions.length
  let [positives, negatives] = [0, 0]
  for (let i = 0; i < count; i++) {
    const weight = weights?.[i] ?? 1
    if (positive[i]) positives += weight
    else negatives += weight
  }
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (negatives + 2)

  const loss = (a: number, b: number): number => {
    let sum = 0
    for (let i = 0; i < count; i++) {
      const score = decisions[i] * a + b
      const wanted = positive[i] ? high : low
      const weight = weights?.[i] ?? 1
      if (score >= 0) sum += weight * (wanted * score + Math.log(1 + Math.exp(-score)))
      else sum += weight * ((wanted - 1) * score + Math.log(1 + Math.exp(score)))
    }
    return sum
  }

  let a = 0
  let b = Math.log((negatives + 1) / (positives + 1))
  let value = loss(a, b)
  for (let iteration = 0; iteration < MAX_NEWTON_STEPS; iteration++) {
    let [h11, h22, h21, g1, g2] = [RIDGE, RIDGE, 0, 0, 0]
    for (let i = 0; i < count; i++) {
      const p = sigmoid(decisions[i], a, b)
      const rowWeight = weights?.[i] ?? 1
      const weight = rowWeight * p * (1 - p)
      h11 += decisions[i] * decisions[i] * weight
      h22 += weight
      h21 += decisions[i] * weight
      const slope = rowWeight * ((positive[i] ? high : low) - p)
      g1 += decisions[i] * slope
      g2 += slope
    }
    if (Math.abs(g1) < gradientTolerance && Math.abs(g2) < gradientTolerance) break
    const determinant = h11 * h22 - h21 * h21
    const da = -(h22 * g1 - h21 * g2) / determinant
    const db = -(-h21 * g1 + h11 * g2) / determinant
    const descent = g1 * da + g2 * db
    let step = 1
    for (; step >= MIN_STEP; step /= 2) {
      const next = loss(a + step * da, b + step * db)
      if (next < value + 1e-4 * step * descent) {
        a += step * da
        b += step * db
        value = next
        break
      }
    }
    if (step < MIN_STEP) break
  }
  return { a, b }
}

/** The probability of the positive class at a decision value. */
export function sigmoid(decision: number, a: number, b: number): number {
  const score = decision * a + b
  if (score < 0) return 1 / (1 + Math.exp(score))
  const e = Math.exp(-score)
  return e / (1 + e)
}

/**
 * Couples pairwise probabilities (`pairwise[i * classes + j]`: class i rather than j) into one distribution, written
 * to `out` from `at` on.
 */
export function couple(pairwise: Float64Array, classes: number, out: Float64Array, at: number): void {
  const q = new Float64Array(classes * classes)
  const qp = new Float64Array(classes)
  const p = out.subarray(at, at + classes).fill(1 / classes)
  for (let t = 0; t < classes; t++) {
    for (let j = 0; j < classes; j++) {
      if (j === t) continue
      q[t * classes + t] += pairwise[j * classes + t] ** 2
      q[t * classes + j] = -pairwise[j * classes + t] * pairwise[t * classes + j]
    }
  }
  const tolerance = 0.005 / classes
  for (let iteration = 0; iteration < Math.max(100, classes); iteration++) {
    let pqp = 0
    for (let t = 0; t < classes; t++) {
      qp[t] = 0
      for (let j = 0; j < classes; j++) qp[t] += q[t * classes + j] * p[j]
      pqp += p[t] * qp[t]
    }
    let error = 0
    for (let t = 0; t < classes; t++) error = Math.max(error, Math.abs(qp[t] - pqp))
    if (error < tolerance) return
    for (let t = 0; t < classes; t++) {
      const own = q[t * classes + t]
      const change = (pqp - qp[t]) / own
      p[t] += change
      pqp = (pqp + change * (change * own + 2 * qp[t])) / (1 + change) / (1 + change)
      for (let j = 0; j < classes; j++) {
        qp[j] = (qp[j] + change * q[t * classes + j]) / (1 + change)
        p[j] /= 1 + change
      }
    }
  }
}
