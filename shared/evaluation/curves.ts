/**
 * Curves of a binary score, as scikit-learn draws them. `positive[i]` is 1 for a row of the class looked at, else 0;
 * `score[i]` is its probability or decision value. Thresholds stand at the distinct scores.
 */
type RocCurve = {
  readonly falsePositiveRate: Float64Array
  readonly truePositiveRate: Float64Array
  /** Descending; the first is Infinity, at which nothing is called positive. */
  readonly thresholds: Float64Array
  /** The area under the curve, by trapezoids; NaN when only one of the two classes occurs. */
  readonly area: number
}

type PrecisionRecallCurve = {
  /** The last point, precision 1 at recall 0, belongs to no threshold. */
  readonly precision: Float64Array
  readonly recall: Float64Array
  /** Ascending. */
  readonly thresholds: Float64Array
  /** The average precision: precisions weighted by the gain in recall. */
  readonly averagePrecision: number
}

/** `sklearn.metrics.roc_curve(drop_intermediate=False)`. A rate whose class has no rows is NaN. */
export function rocCurve(positive: Uint8Array, score: Float64Array): RocCurve {
  const { thresholds, hits, alarms } = cumulativeCounts(positive, score)
  const positives = hits.at(-1) ?? 0
  const negatives = alarms.at(-1) ?? 0
  const truePositiveRate = Float64Array.from([0, ...hits]).map((count) => count / positives)
  const falsePositiveRate = Float64Array.from([0, ...alarms]).map((count) => count / negatives)
  let area = 0
  for (let k = 1; k < truePositiveRate.length; k++) {
    const width = falsePositiveRate[k] - falsePositiveRate[k - 1]
    area += (width * (truePositiveRate[k] + truePositiveRate[k - 1])) / 2
  }
  return {
    falsePositiveRate,
    truePositiveRate,
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...thresholds]),
    area,
  }
}

/** `sklearn.metrics.precision_recall_curve` and `average_precision_score`. Without positive rows recall is 1. */
export function precisionRecallCurve(positive: Uint8Array, score: Float64Array): PrecisionRecallCurve {
  const { thresholds, hits, alarms } = cumulativeCounts(positive, score)
  const positives = hits.at(-1) ?? 0
  const points = thresholds.length
  const precision = new Float64Array(points + 1).fill(1)
  const recall = new Float64Array(points + 1)
  let averagePrecision = 0
  for (let k = 0; k < points; k++) {
    const at = points - 1 - k
    precision[at] = hits[k] / (hits[k] + alarms[k])
    recall[at] = positives === 0 ? 1 : hits[k] / positives
    const gained = positives === 0 ? 0 : (hits[k] - (k === 0 ? 0 : hits[k - 1])) / positives
    averagePrecision += gained * precision[at]
  }
  return { precision, recall, thresholds: Float64Array.from(thresholds).reverse(), averagePrecision }
}

type CalibrationPoint = {
  readonly predicted: number
  readonly observed: number
  readonly rows: number
}

/**
 * `sklearn.calibration.calibration_curve(strategy='uniform')`: per bin of equal width that has rows, the mean
 * probability and the share of positive rows.
 */
export function calibrationPoints(
  positive: Uint8Array,
  probability: Float64Array,
  bins = 10,
): CalibrationPoint[] {
  const width = 1 / bins
  const sum = new Float64Array(bins)
  const hits = new Float64Array(bins)
  const rows = new Float64Array(bins)
  for (let i = 0; i < positive.length; i++) {
    let bin = 0
    while (bin < bins - 1 && probability[i] > (bin + 1) * width) bin++
    sum[bin] += probability[i]
    hits[bin] += positive[i]
    rows[bin]++
  }
  return Array.from(rows, (count, bin) => ({
    predicted: sum[bin] / count,
    observed: hits[bin] / count,
    rows: count,
  })).filter((point) => point.rows > 0)
}

/** Per distinct score, descending: the positive (hits) and other rows (alarms) that score at least as much. */
function cumulativeCounts(positive: Uint8Array, score: Float64Array) {
  const order = Array.from(score.keys()).sort((a, b) => score[b] - score[a])
  const thresholds: number[] = []
  const hits: number[] = []
  const alarms: number[] = []
  let hit = 0
  let alarm = 0
  order.forEach((row, k) => {
    hit += positive[row]
    alarm += 1 - positive[row]
    if (k + 1 === order.length || score[order[k + 1]] !== score[row]) {
      thresholds.push(score[row])
      hits.push(hit)
      alarms.push(alarm)
    }
  })
  return { thresholds, hits, alarms }
}
