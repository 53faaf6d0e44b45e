/** The combinations that a search tries are those of scikit-learn, in its order. */
import { expect, test } from 'vitest'
import { candidatesOf } from '../../shared/search/candidates.ts'
import { parseSearch } from '../../shared/search/options.ts'
import fixture from '../fixtures/search.json' with { type: 'json' }

test.each(fixture.grids)('ParameterGrid of $parameters', ({ parameters, candidates }) => {
  expect(candidatesOf(parseSearch({ parameters }))).toEqual(candidates)
})

test.each(fixture.sampled)('ParameterSampler of $parameters, $n_trials with seed $seed', (given) => {
  const { parameters, n_trials, seed, candidates } = given
  const found = candidatesOf(parseSearch({ method: 'random', parameters, n_trials, seed }))
  expect(found).toHaveLength(candidates.length)
  for (const [k, candidate] of found.entries()) {
    for (const [name, expected] of Object.entries(candidates[k])) {
      if (typeof expected === 'number') expect(candidate[name]).toBeCloseTo(expected, 12)
      else expect(candidate[name]).toEqual(expected)
    }
  }
})
