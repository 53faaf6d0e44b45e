import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { tasks } from '../../shared/data/task.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { distance } from '../support/fit.ts'
import { fitTable } from '../support/fit-table.ts'

const folder = new URL('../fixtures/', import.meta.url)

/** What scikit-learn makes of texts as categories (test/fixtures/native_encoding.py). */
const fixtures = z
  .array(
    z.object({
      file: z.string(),
      target: z.string(),
      task: z.enum(tasks),
      params: z.record(z.string(), z.unknown()),
      scores: z.array(z.number()),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('native-encoding.json', folder), 'utf8')))

test.each(
  fixtures.map((fixture) => ({ ...fixture, name: `${fixture.file} ${JSON.stringify(fixture.params)}` })),
)(
  'texts and missing ones are categories as scikit-learn has them: $name',
  async ({ file, target, task, params, scores }) => {
    const { table } = await readTable(fileURLToPath(new URL(file, folder)))
    const hyperparameters = { ...params, categorical_features: 'text' }
    const wanted = { algorithm: 'gradient_boosting' as const, hyperparameters, task }
    const { prepared, model } = await fitTable(table, wanted, { target, encoding: 'native' })
    const predicted = model.predict(prepared.test.features)
    const found = 'values' in predicted ? predicted.values : (predicted.probabilities ?? [])
    expect(distance(found, scores)).toBeLessThan(1e-9)
  },
)
