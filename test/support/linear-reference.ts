/** What scikit-learn's logistic regression and SVM make of the parity sets, and of other hyperparameters. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ParitySet } from './parity-set.ts'
import { prepared } from './prepared-parity-set.ts'

const linearModels = z.object({
  test_rows: z.array(z.int()),
  models: z.object({
    logistic_regression: z.object({
      predictions: z.array(z.int()),
      train_accuracy: z.number(),
      test_accuracy: z.number(),
      coef: z.array(z.array(z.number())),
      intercept: z.array(z.number()),
    }),
    svm: z.object({
      predictions: z.array(z.int()),
      train_accuracy: z.number(),
      test_accuracy: z.number(),
      support_per_class: z.array(z.int()),
      decision_function: z.union([z.array(z.number()), z.array(z.array(z.number()))]),
    }),
  }),
})

/** A prepared set, and what scikit-learn's linear models made of it. */
export function linearParitySet(name: ParitySet) {
  const { data, test, testRows, expected } = prepared(name)
  const reference = linearModels.parse(expected)
  if (String(Array.from(testRows)) !== String(reference.test_rows)) throw new Error('The split differs.')
  return { train: data, test: test.features, testTarget: test.target, expected: reference.models }
}

const given = { set: z.string(), params: z.record(z.string(), z.unknown()), predictions: z.array(z.int()) }

/** What scikit-learn makes of other hyperparameters (test/fixtures/linear.py). */
export const fixtures = z
  .object({
    sets: z.record(
      z.string(),
      z.object({ x: z.array(z.array(z.number())), y: z.array(z.int()), test: z.array(z.array(z.number())) }),
    ),
    logistic_regression: z.array(
      z.object({
        ...given,
        coef: z.array(z.array(z.number())),
        intercept: z.array(z.number()),
        iterations: z.int(),
        probabilities: z.array(z.array(z.number())),
      }),
    ),
    svm: z.array(
      z.object({
        ...given,
        support_per_class: z.array(z.int()),
        decision: z.array(z.number()),
        probabilities: z.array(z.array(z.number())).optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/linear.json', import.meta.url), 'utf8')))
