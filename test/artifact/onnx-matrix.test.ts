/** Whether the ONNX cases have what the algorithms' descriptors say there is: each task, encoding and kind of model. */
import { expect, test } from 'vitest'
import { tasksOf } from '../../shared/algorithms/descriptor.ts'
import { algorithms, anyEstimatorFor } from '../../shared/algorithms/index.ts'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { type Encoding, encodings } from '../../shared/data/fit-features.ts'
import { type Task, tasks } from '../../shared/data/task.ts'
import { cases, encodingOf } from '../support/onnx-cases.ts'

const pairs = algorithmNames.flatMap((algorithm) =>
  tasksOf(algorithms[algorithm]).map((task) => ({ algorithm, task })),
)
const casesOf = ({ algorithm, task }: { algorithm: string; task: Task }) =>
  cases.filter((each) => each.algorithm === algorithm && each.task === task)

/** Hyperparameters that make another graph: a case must have each of them, with each value that is a word. */
const shaping = [
  'calibration',
  'probability',
  'monotonic_cst',
  'interaction_cst',
  'categorical_features',
  'kernel',
  'activation',
  'loss',
  'hidden_layers',
  'penalty',
  'metric',
]

test.each(pairs)('$algorithm of a $task with each encoding', (pair) => {
  const { algorithm } = pair
  const isPossible: Record<Encoding, boolean> = {
    label: true,
    // Of a cnn, whose columns are a square, the numbers of columns that these make rarely are one.
    one_hot: algorithm !== 'cnn',
    target: algorithm !== 'cnn',
    native: algorithm === 'gradient_boosting',
  }
  const wanted = encodings.filter((encoding) => isPossible[encoding])
  expect(Array.from(new Set(casesOf(pair).map(encodingOf)))).toEqual(expect.arrayContaining(wanted))
})

test.each(pairs)('$algorithm of a $task with each hyperparameter that shapes the graph', (pair) => {
  const { schema } = anyEstimatorFor(pair.algorithm, pair.task).hyperparameters
  const given = casesOf(pair).map(({ hyperparameters }) => hyperparameters)
  // A classification has one loss.
  const isShaping = (name: string) => name in schema.shape && !(name === 'loss' && pair.task !== 'regression')
  for (const name of shaping.filter(isShaping)) {
    expect(given.filter((each) => name in each).length, name).toBeGreaterThan(0)
  }
})

test.each(pairs)('$algorithm of a $task with weights, where it takes them', (pair) => {
  const { acceptsSampleWeights } = anyEstimatorFor(pair.algorithm, pair.task)
  expect(casesOf(pair).some(({ weighted }) => weighted === true)).toBe(acceptsSampleWeights)
})

test('no case is of a pair that there is not', () => {
  const names = new Set(pairs.map(({ algorithm, task }) => `${algorithm} ${task}`))
  for (const task of tasks) {
    for (const each of cases.filter((one) => one.task === task)) {
      expect(names).toContain(`${each.algorithm} ${task}`)
    }
  }
})
