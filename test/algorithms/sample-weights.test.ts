import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { tasks } from '../../shared/data/task.ts'
import { distance, uninterrupted } from '../support/fit.ts'
import { columnsOf, matrixOf } from '../support/training-data.ts'

const numbers = z.array(z.number())

/** What scikit-learn makes of rows with weights (test/fixtures/sample_weight.py). */
const fixtures = z
  .object({
    x: z.array(numbers),
    test: z.array(numbers),
    classes: numbers,
    numbers,
    weights: z.record(z.string(), numbers),
    models: z.array(
      z.object({
        algorithm: z.enum(algorithmNames),
        task: z.enum(tasks),
        weights: z.string(),
        params: z.record(z.string(), z.unknown()),
        predictions: numbers,
        scores: numbers.optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/sample-weight.json', import.meta.url), 'utf8')))

/** libsvm stops within its tolerance, and minimizers near the minimum. */
const boundOf = (algorithm: string) =>
  algorithm === 'svm' || algorithm === 'logistic_regression' ? 1e-6 : 1e-9

describe('fits with sample weights predict as scikit-learn’s', () => {
  test.each(
    fixtures.models.map((fixture) => ({
      ...fixture,
      name: `${fixture.algorithm} of a ${fixture.task} ${JSON.stringify(fixture.params)} weighed by ${fixture.weights}`,
    })),
  )('$name', async ({ algorithm, task, weights, params, predictions, scores }) => {
    const features = matrixOf(columnsOf(fixtures.x))
    const of = { features, featureNames: [], sampleWeights: Float64Array.from(fixtures.weights[weights]) }
    const classes = Int32Array.from(fixtures.classes)
    const target = Float64Array.from(fixtures.numbers)
    const trainer = anyEstimatorFor(algorithm, task).trainer(params)
    const fit = await (task === 'regression'
      ? trainer.fit({ ...of, task, target, validation: { features, target } }, uninterrupted())
      : trainer.fit(
          { ...of, target: classes, classCount: 3, validation: { features, target: classes } },
          uninterrupted(),
        ))
    if (fit.status !== 'done') throw new Error('The fit was paused.')
    const predicted = fit.model.predict(matrixOf(columnsOf(fixtures.test)))
    if ('values' in predicted) {
      expect(distance(predicted.values, predictions)).toBeLessThan(boundOf(algorithm))
      return
    }
    expect(Array.from(predicted.classes)).toEqual(predictions)
    expect(distance(predicted.probabilities ?? predicted.decision ?? [], scores ?? [])).toBeLessThan(
      boundOf(algorithm),
    )
  })
})
