import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tasksOf } from '../../shared/algorithms/descriptor.ts'
import { algorithms, anyEstimatorFor } from '../../shared/algorithms/index.ts'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { tasks } from '../../shared/data/task.ts'
import { autoSpaces, MAX_SVM_ROWS, planOf, whyUnsuitable } from '../../shared/search/auto-space.ts'

const shape = { rows: 500, columns: 4, classCount: 2 }
const whole = (task: (typeof tasks)[number]) => planOf(task, shape, Array(algorithmNames.length).fill(0.5))

test.each(tasks)('every candidate of a %s can be made, and differs from the others', (task) => {
  const made = whole(task).map(({ algorithm, parameters }) => {
    const { hyperparameters } = anyEstimatorFor(algorithm, task).trainer(parameters)
    return JSON.stringify([algorithm, hyperparameters])
  })
  expect(new Set(made).size).toBe(made.length)
})

test.each(tasks)('every algorithm is tried for a %s, or there is a reason', (task) => {
  for (const name of algorithmNames) {
    const isTried = whole(task).some(({ algorithm }) => algorithm === name)
    expect(isTried).toBe(whyUnsuitable(name, task, shape) === undefined)
    if (isTried) expect(tasksOf(algorithms[name])).toContain(task)
  }
})

test('an svm is for few rows', () => {
  expect(whyUnsuitable('svm', 'regression', { ...shape, rows: MAX_SVM_ROWS })).toBeUndefined()
  expect(whyUnsuitable('svm', 'regression', { ...shape, rows: MAX_SVM_ROWS + 1 })).toMatch(/10000/)
})

test('the defaults come first; then the variants of the best', () => {
  const defaults = planOf('regression', shape, [])
  expect(defaults.every(({ parameters }) => Object.keys(parameters).length === 0)).toBe(true)
  const means = defaults.map(({ algorithm }) =>
    algorithm === 'svm' ? 0.9 : algorithm === 'dnn' ? undefined : 0.1,
  )
  expect(planOf('regression', shape, means)[defaults.length].algorithm).toBe('svm')
})

test('docs/auto.md has every candidate', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'auto.md'), 'utf8')
  for (const task of tasks) {
    for (const [algorithm, variants] of Object.entries(autoSpaces[task])) {
      expect(page).toContain(`| \`${algorithm}\` |`)
      for (const each of variants) expect(page).toContain(`\`${JSON.stringify(each)}\``)
    }
  }
})
