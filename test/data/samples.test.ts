import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { samples } from '../../shared/data/samples.ts'
import { expected, parityCsv } from '../parity.ts'

test.each(samples)('$name is scikit-learn’s, with one target', (sample) => {
  const name = sample.name === 'iris' ? 'iris' : 'wine'
  const want = expected(name)
  expect(sample.csv).toBe(readFileSync(parityCsv(name), 'utf8'))
  expect(sample).toMatchObject({
    features: want.features,
    target_column: want.target,
    n_samples: want.rows,
    n_features: want.features.length,
  })
})
