import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classificationReport } from '../../shared/evaluation/classification-report.ts'
import { confusionMatrix } from '../../shared/evaluation/confusion-matrix.ts'
import { calibrationPoints, precisionRecallCurve, rocCurve } from '../../shared/evaluation/curves.ts'
import { headlineScores } from '../../shared/evaluation/evaluate.ts'

type Scores = {
  classes: number
  actual: number[]
  predicted: number[]
  precision: number
  recall: number
  f1_score: number
  report: Record<string, number | Record<string, number>>
}
type Curves = Record<
  | 'positive'
  | 'score'
  | 'fpr'
  | 'tpr'
  | 'roc_thresholds'
  | 'precision'
  | 'recall'
  | 'pr_thresholds'
  | 'observed'
  | 'predicted',
  number[]
> & { auc: number; average_precision: number }

/** scikit-learn's figures: fixtures/make_data_fixtures.py. */
const fixture: { scores: Scores[]; curves: Curves[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'metrics.json'), 'utf8'),
)

/** Equal to 1e-12, keys and lengths included. */
function near(got: unknown, want: unknown): void {
  if (typeof want === 'number') {
    expect(Math.abs(Number(got) - want)).toBeLessThanOrEqual(1e-12)
    return
  }
  expect(Object.keys(Object(got)).toSorted()).toEqual(Object.keys(Object(want)).toSorted())
  for (const key of Object.keys(Object(want))) near(Object(got)[key], Object(want)[key])
}

describe('scores and report with absent classes, never predicted classes, one row', () => {
  test.each(fixture.scores.map((scores, k) => [k, scores] as const))('case %i', (_, want) => {
    const confusion = confusionMatrix(
      Int32Array.from(want.actual),
      Int32Array.from(want.predicted),
      want.classes,
    )
    near(headlineScores(confusion, want.classes), {
      precision: want.precision,
      recall: want.recall,
      f1_score: want.f1_score,
    })
    near(classificationReport(confusion, want.classes, String), want.report)
  })
})

test.each(fixture.curves.map((curves, k) => [k, curves] as const))('curves, case %i', (_, want) => {
  const positive = Uint8Array.from(want.positive)
  const score = Float64Array.from(want.score)
  const roc = rocCurve(positive, score)
  near(Array.from(roc.falsePositiveRate), want.fpr)
  near(Array.from(roc.truePositiveRate), want.tpr)
  near(Array.from(roc.thresholds.subarray(1)), want.roc_thresholds)
  near(roc.area, want.auc)
  const curve = precisionRecallCurve(positive, score)
  near(Array.from(curve.precision), want.precision)
  near(Array.from(curve.recall), want.recall)
  near(Array.from(curve.thresholds), want.pr_thresholds)
  near(curve.averagePrecision, want.average_precision)
  const points = calibrationPoints(positive, score)
  near(
    points.map(({ observed }) => observed),
    want.observed,
  )
  near(
    points.map(({ predicted }) => predicted),
    want.predicted,
  )
})

test('every figure lies between 0 and 1, and a perfect prediction scores 1', () => {
  const classes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(classes, classes, (actual, other) => {
      const rows = Int32Array.from(actual)
      const predicted = rows.map((_, i) => other[i % other.length])
      const scores = headlineScores(confusionMatrix(rows, predicted, 4), 4)
      for (const score of Object.values(scores)) expect(score >= 0 && score <= 1).toBe(true)
      expect(headlineScores(confusionMatrix(rows, rows, 4), 4)).toEqual({
        precision: 1,
        recall: 1,
        f1_score: 1,
      })
    }),
  )
})
