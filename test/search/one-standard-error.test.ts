import { describe, expect, test } from 'vitest'
import { chooseByOneStandardError } from '../../shared/search/one-standard-error.ts'

const mean = (scores: number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length
const scored = (isDefault: boolean, scores: number[]) => ({ isDefault, scores, mean: mean(scores) })

describe('the one-standard-error rule', () => {
  // Mean 0.8; the standard deviation of the sample is 0.1, so the standard error 0.05.
  const best = scored(
    false,
    [0.7, 0.75, 0.8, 0.8, 0.95].map((score) => score),
  )

  test('the best of the defaults within one standard error is chosen before a better variant', () => {
    const found = chooseByOneStandardError([
      scored(true, [0.76, 0.76, 0.76]),
      scored(true, [0.77, 0.77, 0.77]),
      best,
      undefined,
    ])
    expect(found).toMatchObject({ chosen: 1, best: 2 })
    expect(found?.standardError).toBeCloseTo(Math.sqrt(0.035 / 4 / 5), 12)
  })

  test('a variant is chosen where no default comes near', () => {
    expect(chooseByOneStandardError([scored(true, [0.7, 0.7, 0.7]), best])).toMatchObject({
      chosen: 1,
      best: 1,
    })
  })

  test('of equal ones the first is chosen; what has no score never is', () => {
    const same = scored(true, [0.5, 0.5])
    const none = scored(true, [Number.NaN, 0.9])
    expect(chooseByOneStandardError([none, undefined, same, same])).toMatchObject({ chosen: 2, best: 2 })
    expect(chooseByOneStandardError([none, undefined])).toBeUndefined()
  })
})
