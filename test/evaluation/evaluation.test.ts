import { describe, expect, test } from 'vitest'
import { prepare } from '../../shared/data/prepare.ts'
import { classificationReport } from '../../shared/evaluation/classification-report.ts'
import { confusionMatrix } from '../../shared/evaluation/confusion-matrix.ts'
import { crossEntropy, headlineScores } from '../../shared/evaluation/evaluate.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { expected, parityCsv, paritySets } from '../support/parity-set.ts'

/** Equal to 1e-12, key for key. */
function near(got: unknown, want: unknown): void {
  if (typeof want === 'number') expect(Math.abs(Number(got) - want)).toBeLessThanOrEqual(1e-12)
  else {
    expect(Object.keys(Object(got))).toEqual(Object.keys(Object(want)))
    for (const key of Object.keys(Object(want))) near(Object(got)[key], Object(want)[key])
  }
}

describe.each(paritySets)('%s: metrics equal scikit-learn’s', (name) => {
  test('for the predictions of each of its four models', async () => {
    const want = expected(name)
    const { table } = await readTable(parityCsv(name))
    const { test: held, preparation } = prepare(table, { target: want.target, keepMissing: false })
    const classCount = preparation.target.classes.length
    for (const model of Object.values(want.models)) {
      const confusion = confusionMatrix(held.target, Int32Array.from(model.predictions), classCount)
      const scores = headlineScores(confusion, classCount)
      near(scores, { precision: model.precision, recall: model.recall, f1_score: model.f1_score })
      near(classificationReport(confusion, classCount, String), model.classification_report)
    }
  })
})

test('a class that is never predicted and one that never occurs count zero, not NaN', () => {
  const confusion = confusionMatrix(Int32Array.of(0, 0, 1), Int32Array.of(2, 0, 0), 3)
  expect(headlineScores(confusion, 3)).toEqual({ precision: 0, recall: 0, f1_score: 0 })
  expect(classificationReport(confusion, 3, String)).toMatchObject({
    '0': { precision: 0.5, recall: 0.5, support: 2 },
    '1': { precision: 0, recall: 0, support: 1 },
    '2': { precision: 0, recall: 0, support: 0 },
    accuracy: 1 / 3,
  })
})

test('cross-entropy is clipped as Keras clips it', () => {
  expect(crossEntropy(Float64Array.of(1, 0), Int32Array.of(1), 2)).toBeCloseTo(-Math.log(1e-7), 12)
})
