import { join } from 'node:path'
import { expect, test } from 'vitest'
import { baselineScore } from '../../shared/evaluation/baseline.ts'
import { allScorerNames } from '../../shared/evaluation/scorers.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { foldsOfTable } from '../../shared/training/cross-validate.ts'
import cases from '../fixtures/baseline.json' with { type: 'json' }

test.each(cases)('scikit-learn’s dummy on $file, $metric', async ({ file, metric, scores }) => {
  const { table } = await readTable(join(import.meta.dirname, '..', 'fixtures', file))
  const task = file.includes('variants') ? 'regression' : 'classification'
  const scorer = allScorerNames.find((name) => name === metric) ?? 'accuracy'
  const whole = { rows: table.rows, columns: [...table.columns] }
  const folds = foldsOfTable(whole, { task, keepMissing: false }, { cv: 5, metric: scorer, keptBytes: 0 })
  for (const [k, score] of scores.entries()) {
    expect(baselineScore(scorer, folds.prepared(k))).toBeCloseTo(score, 10)
  }
})
