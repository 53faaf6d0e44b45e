import { expect, test } from 'vitest'
import { z } from 'zod'
import { plainFolds, rowsOfFold, stratifiedFolds } from '../../../shared/data/split/folds.ts'
import fixture from '../../fixtures/folds.json' with { type: 'json' }

const numbers = z.array(z.number())
const { cases } = z
  .object({
    cases: z.array(
      z.object({
        kind: z.enum(['plain', 'stratified']),
        folds: z.number(),
        seed: z.number().nullable(),
        classes: numbers,
        fold_of: numbers,
      }),
    ),
  })
  .parse(fixture)

test.each(cases)('$kind, $folds folds, seed $seed: the folds are those of scikit-learn', (each) => {
  const options = { folds: each.folds, ...(each.seed !== null && { seed: each.seed }) }
  const classes = Int32Array.from(each.classes)
  const foldOf =
    each.kind === 'plain' ? plainFolds(classes.length, options) : stratifiedFolds(classes, options)
  expect([...foldOf]).toEqual(each.fold_of)
})

test('the rows of a fold', () => {
  const { train, test: held } = rowsOfFold(Int32Array.of(0, 1, 0, 2), 0)
  expect({ train: [...train], test: [...held] }).toEqual({ train: [1, 3], test: [0, 2] })
})

test('too many folds are refused', () => {
  expect(() => plainFolds(3, { folds: 5 })).toThrow(
    '5 folds need as many rows, and there are 3: use fewer folds.',
  )
  expect(() => stratifiedFolds(Int32Array.of(0, 0, 1, 1), { folds: 3 })).toThrow(
    '3 folds need a class of as many rows, and the largest has 2: use fewer folds.',
  )
})
