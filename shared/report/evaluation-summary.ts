import type { Prediction } from '../algorithms/algorithm.ts'
import { shorten } from '../errors/sentences.ts'
import { scoresPerClass } from '../evaluation/classification-report.ts'
import { calibrationPoints, precisionRecallCurve, rocCurve } from '../evaluation/curves.ts'
import { type Curve, type EvaluationSummary, NAME_LENGTH } from './report-data.ts'

const MAX_CLASSES = 50
const MAX_CONFUSION_CLASSES = 20
const MAX_MISTAKES = 10
const MAX_CURVES = 5
const MAX_CURVE_POINTS = 100
/** The first test rows are a random sample of them all, as the split shuffles. */
const MAX_CURVE_ROWS = 20_000

export type Evaluated = {
  /** Row-major, classCount x classCount. */
  readonly confusion: Float64Array
  /** With one more class than the model knows where the test rows have others. */
  readonly classCount: number
  /** Per test row: its class, and what the model says. */
  readonly actual: Int32Array
  readonly prediction: Prediction
  readonly trainTarget: Int32Array
  /** Names a class. */
  readonly label: (index: number) => string
}

/** What the report says of the test rows, at a length that does not depend on the number of classes or rows. */
export function summarizeEvaluation(evaluated: Evaluated): EvaluationSummary {
  const { confusion, classCount, actual, trainTarget } = evaluated
  const label = (k: number) => shorten(evaluated.label(k), NAME_LENGTH)
  const trainRows = new Int32Array(classCount)
  for (const k of trainTarget) trainRows[k]++
  const testRows = new Int32Array(classCount)
  for (const k of actual) testRows[k]++
  const bySize = Array.from(testRows.keys()).sort(
    (a, b) => testRows[b] - testRows[a] || trainRows[b] - trainRows[a] || a - b,
  )
  const most = trainRows.indexOf(Math.max(...trainRows))
  const scores = new Map(scoresPerClass(confusion, classCount).map((each) => [each.index, each.scores]))
  const { mistakes, mistakeCount } = listMistakes(confusion, classCount)
  return {
    testRows: actual.length,
    baseline: { label: label(most), accuracy: testRows[most] / actual.length },
    classCount,
    classes: bySize
      .slice(0, MAX_CLASSES)
      .sort((a, b) => a - b)
      .map((k) => ({
        label: label(k),
        trainRows: trainRows[k],
        testRows: testRows[k],
        precision: scores.get(k)?.precision ?? 0,
        recall: scores.get(k)?.recall ?? 0,
        f1: scores.get(k)?.['f1-score'] ?? 0,
      })),
    confusion: shownConfusion(confusion, classCount, bySize, label),
    mistakes: mistakes.map(({ i, j, rows }) => ({ actual: label(i), predicted: label(j), rows })),
    mistakeCount,
    ...drawCurves(evaluated, bySize, label),
  }
}

function shownConfusion(
  confusion: Float64Array,
  classCount: number,
  bySize: readonly number[],
  label: (k: number) => string,
): EvaluationSummary['confusion'] {
  const shown = bySize.slice(0, MAX_CONFUSION_CLASSES).sort((a, b) => a - b)
  const others = classCount > shown.length
  const shownIndex = new Int32Array(classCount).fill(shown.length)
  shown.forEach((k, at) => {
    shownIndex[k] = at
  })
  const size = shown.length + (others ? 1 : 0)
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0))
  for (let i = 0; i < classCount; i++) {
    for (let j = 0; j < classCount; j++) counts[shownIndex[i]][shownIndex[j]] += confusion[i * classCount + j]
  }
  return { labels: [...shown.map(label), ...(others ? ['all others'] : [])], others, counts }
}

type Mistake = { i: number; j: number; rows: number }

/** The pairs of classes that were taken for one another most often. */
function listMistakes(
  confusion: Float64Array,
  classCount: number,
): { mistakes: Mistake[]; mistakeCount: number } {
  const all: Mistake[] = []
  for (let i = 0; i < classCount; i++) {
    for (let j = 0; j < classCount; j++) {
      const rows = confusion[i * classCount + j]
      if (i !== j && rows > 0) all.push({ i, j, rows })
    }
  }
  all.sort((a, b) => b.rows - a.rows || a.i - b.i || a.j - b.j)
  return { mistakes: all.slice(0, MAX_MISTAKES), mistakeCount: all.length }
}

/** One class against the rest: of two classes the greater, else each of the largest. */
function drawCurves(
  { actual, classCount, prediction }: Evaluated,
  bySize: readonly number[],
  label: (k: number) => string,
): Pick<EvaluationSummary, 'curves' | 'calibration'> {
  const { probabilities, decision, classes } = prediction
  const rows = Math.min(actual.length, MAX_CURVE_ROWS)
  const scores = probabilities ?? decision
  // scikit-learn's decision function has one value a row for two classes, and none for a class it does not know.
  const width = scores === undefined ? 0 : scores.length / actual.length
  const score = (row: number, k: number) => scores?.[row * width + (width === 1 ? 0 : k)] ?? Number.NaN
  const known = bySize.filter((k) => k < Math.max(width, 2))
  const drawn = known.length === 2 ? [1] : known.slice(0, MAX_CURVES).sort((a, b) => a - b)
  const of: Curve[] = []
  for (const k of scores === undefined ? [] : drawn) {
    const positive = Uint8Array.from({ length: rows }, (_, i) => (actual[i] === k ? 1 : 0))
    const positives = positive.reduce((sum, one) => sum + one, 0)
    if (positives === 0 || positives === rows) continue
    const values = Float64Array.from({ length: rows }, (_, i) => score(i, k))
    const roc = rocCurve(positive, values)
    const pr = precisionRecallCurve(positive, values)
    of.push({
      label: label(k),
      roc: { ...thin(roc.falsePositiveRate, roc.truePositiveRate), area: round(roc.area) },
      precisionRecall: { ...thin(pr.recall, pr.precision), average: round(pr.averagePrecision) },
    })
  }
  const curves = { score: probabilities ? ('probability' as const) : ('decision' as const), rows, of }
  if (probabilities === undefined) return { curves }
  const binary = classCount === 2
  const predicted = (i: number) => probabilities[i * width + (binary ? 1 : classes[i])]
  const right = (i: number) => (binary ? actual[i] === 1 : actual[i] === classes[i])
  const points = calibrationPoints(
    Uint8Array.from({ length: rows }, (_, i) => (right(i) ? 1 : 0)),
    Float64Array.from({ length: rows }, (_, i) => predicted(i)),
  )
  return {
    curves,
    calibration: {
      of: binary ? label(1) : null,
      rows,
      points: points.map((point) => ({
        predicted: round(point.predicted),
        observed: round(point.observed),
        rows: point.rows,
      })),
    },
  }
}

/** Leaves out the points on a straight line between their neighbours, then all but some of the rest. */
function thin(x: Float64Array, y: Float64Array): { x: number[]; y: number[] } {
  const last = x.length - 1
  const corners = Array.from(x.keys()).filter(
    (i) =>
      i === 0 ||
      i === last ||
      (x[i] - x[i - 1]) * (y[i + 1] - y[i]) !== (x[i + 1] - x[i]) * (y[i] - y[i - 1]),
  )
  const kept =
    corners.length <= MAX_CURVE_POINTS
      ? corners
      : Array.from(
          { length: MAX_CURVE_POINTS },
          (_, i) => corners[Math.round((i * (corners.length - 1)) / (MAX_CURVE_POINTS - 1))],
        )
  return { x: kept.map((i) => round(x[i])), y: kept.map((i) => round(y[i])) }
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5
}
