import { expect, test } from 'vitest'
import { z } from 'zod'
import { plainFolds, stratifiedFolds } from '../../shared/data/split/folds.ts'
import { crossFit, fitTargetEncoding } from '../../shared/data/target-encoding.ts'
import fixture from '../fixtures/target-encoding.json' with { type: 'json' }

const texts = z.array(z.string().nullable())
const {
  city,
  new: unseen,
  cases,
} = z
  .object({
    city: texts,
    new: texts,
    cases: z.array(
      z.object({
        kind: z.enum(['binary', 'multiclass', 'continuous']),
        target: z.array(z.number()),
        train: z.array(z.array(z.number())),
        new: z.array(z.array(z.number())),
      }),
    ),
  })
  .parse(fixture)

const categories = Array.from(new Set(city))
const codes = Int32Array.from(city, (text) => categories.indexOf(text))

test.each(cases)('a $kind target: encodings are those of TargetEncoder', (each) => {
  const target = Float64Array.from(each.target)
  const all = codes.map((_, row) => row)
  const options = { folds: 5, seed: 42 }
  const foldOf =
    each.kind === 'continuous'
      ? plainFolds(target.length, options)
      : stratifiedFolds(Int32Array.from(target), options)
  for (let column = 0; column < each.new[0].length; column++) {
    const numbers = each.kind === 'multiclass' ? target.map((k) => (k === column ? 1 : 0)) : target
    const observed = { codes, target: numbers, categoryCount: categories.length }
    const { encodings, mean } = fitTargetEncoding(observed, all)
    unseen.forEach((text, i) => {
      const k = categories.indexOf(text)
      expect(k < 0 ? mean : encodings[k]).toBeCloseTo(each.new[i][column], 12)
    })
    const train = new Float64Array(codes.length)
    crossFit(observed, foldOf, 5, train)
    train.forEach((value, row) => {
      expect(value).toBeCloseTo(each.train[row][column], 12)
    })
  }
})
