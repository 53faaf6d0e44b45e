/** The jobs of a run: what is sent, what each must come to, and what is done to the calls that it causes. */

import type { AlgorithmName } from '../../../shared/algorithms/names.ts'
import type { Task } from '../../../shared/data/task.ts'
import { modelId } from '../../../shared/jobs/ids.ts'
import { outcomeId } from '../../../shared/jobs/parse-message.ts'
import { chance, type Fault, pick } from './faults.ts'

export type Job = {
  readonly id: string
  readonly kind: Kind
  /** Hexadecimal; of the model that the job makes if it completes. */
  readonly model: string
  /** The messages to send, all of this job_id. */
  readonly bodies: readonly string[]
  /** A CSV that must lie at `datasets/{id}.csv` before. */
  readonly dataset: string | undefined
  /** Whether a cancel marker must lie in the bucket before. */
  readonly cancelled: boolean
  /** What the result must be: completed, or failed with an error that matches. */
  readonly expected: 'completed' | RegExp
  /** Other messages under the same job_id, each of which must be refused. */
  readonly conflicts: number
  /** The call that is struck, and how often in a row. */
  readonly strike: Strike | undefined
}

export type Strike = { readonly call: string; readonly fault: Fault; readonly times: number }

/** Searches whose trials are messages of their own, and the algorithm "auto". `handed over`: to the local Batch. */
export type Kind = 'short' | 'long' | 'handed over' | (typeof searches)[number] | (typeof failures)[number]

/** @param index makes the job's id, with the seed. */
export function makeJob(seed: number, index: number, kind: Kind, bucket: string, strike?: Strike): Job {
  const id = `job-${seed}-${index}`
  const dataset_path = `s3://${bucket}/datasets/${id}.csv`
  const made = (job: Partial<Job> & { bodies: readonly string[] }): Job => {
    const own = outcomeId(job.bodies[0])
    return {
      id: own,
      kind,
      model: modelId(own),
      dataset: undefined,
      cancelled: false,
      expected: 'completed',
      conflicts: 0,
      strike,
      ...job,
    }
  }
  if (kind === 'long') {
    const hyperparameters = { epochs: 250 }
    return made({
      bodies: [JSON.stringify({ job_id: id, algorithm: 'dnn', dataset_path, hyperparameters })],
      dataset: csv(seed, index, 1200, 12),
    })
  }
  if (kind in searchSettings) {
    const body = JSON.stringify({ job_id: id, dataset_path, ...searchSettings[kind] })
    const isTwice = chance(seed, index, 'deliveries') < 0.1
    return made({ bodies: isTwice ? [body, body] : [body], dataset: csv(seed, index, 60, 4) })
  }
  if (kind === 'handed over') {
    const body = JSON.stringify({ job_id: id, algorithm: 'decision_tree', dataset_path, compute: 'batch' })
    const isTwice = chance(seed, index, 'deliveries') < 0.2
    return made({ bodies: isTwice ? [body, body] : [body], dataset: csv(seed, index, 60, 4) })
  }
  const onNumbers = kind === 'short' && chance(seed, index, 'task') < 0.4
  const dataset = csv(seed, index, 40 + Math.floor(chance(seed, index, 'rows') * 200), 4, onNumbers)
  if (isFailure(kind)) return made(failing(kind, { job_id: id, algorithm: 'svm', dataset_path }, dataset))
  const body = JSON.stringify({
    job_id: id,
    dataset_path,
    ...pick(onNumbers ? smallOnNumbers : small, seed, index, 'algorithm'),
  })
  const many = chance(seed, index, 'deliveries')
  if (many < 0.03) {
    const other = JSON.stringify({ job_id: id, dataset_path, algorithm: 'svm', hyperparameters: { C: 3 } })
    return made({ bodies: [body, other], dataset, conflicts: 1 })
  }
  return made({ bodies: many < 0.15 ? [body, body] : many < 0.18 ? [body, body, body] : [body], dataset })
}

type Settings = {
  readonly algorithm: AlgorithmName | 'auto'
  readonly task?: Task
  readonly hyperparameters?: Readonly<Record<string, unknown>>
  readonly auto?: { readonly time_budget_seconds: number; readonly max_parallel?: number }
  readonly cv?: number
  readonly search?: Readonly<Record<string, unknown>>
}

const search = { parameters: { max_depth: [2, 4], min_samples_leaf: [1, 3] }, cv: 3 }

/** Kinds of jobs that are searches of several calls, or of the algorithm. */
export const searches = ['side by side', 'halving', 'tpe', 'auto', 'auto side by side'] as const

const sideBySide = { ...search, max_parallel: 3 }
const searchSettings: Readonly<Partial<Record<Kind, Settings>>> = {
  'side by side': { algorithm: 'decision_tree', search: sideBySide },
  // Four trials, then the best two, then the best of these.
  halving: {
    algorithm: 'decision_tree',
    search: { ...sideBySide, method: 'halving', factor: 2, min_resources: 12 },
  },
  // Ten trials at random, then a round of three that follow from them.
  tpe: { algorithm: 'decision_tree', search: { ...sideBySide, method: 'tpe', n_trials: 13 } },
  auto: { algorithm: 'auto', cv: 3, auto: { time_budget_seconds: 4 } },
  'auto side by side': { algorithm: 'auto', cv: 3, auto: { time_budget_seconds: 4, max_parallel: 3 } },
}

const small: readonly Settings[] = [
  { algorithm: 'logistic_regression' },
  { algorithm: 'decision_tree' },
  { algorithm: 'random_forest', hyperparameters: { n_estimators: 5 } },
  { algorithm: 'gradient_boosting', hyperparameters: { max_iter: 10 } },
  { algorithm: 'svm' },
  { algorithm: 'k_neighbors' },
  { algorithm: 'naive_bayes' },
  { algorithm: 'dnn', hyperparameters: { epochs: 2 } },
  { algorithm: 'svm', cv: 4 },
  { algorithm: 'decision_tree', search },
]

/** The same on numbers with fractions. */
const smallOnNumbers: readonly Settings[] = [
  { algorithm: 'linear_regression' },
  { algorithm: 'linear_regression', hyperparameters: { penalty: 'l1', alpha: 0.01 } },
  { algorithm: 'decision_tree' },
  { algorithm: 'gradient_boosting', hyperparameters: { max_iter: 10 } },
  { algorithm: 'svm', task: 'regression', hyperparameters: { epsilon: 0.05 } },
  { algorithm: 'k_neighbors', task: 'regression', hyperparameters: { weights: 'distance' } },
  { algorithm: 'dnn', hyperparameters: { epochs: 2, loss: 'mae' } },
  { algorithm: 'decision_tree', search: { ...search, metric: 'neg_mean_absolute_error' } },
]

/** Kinds of jobs that can only fail. */
export const failures = [
  'no algorithm',
  'no column',
  'no dataset',
  'no such value',
  'ragged rows',
  'no JSON',
  'cancelled',
] as const

const isFailure = (kind: Kind): kind is (typeof failures)[number] => failures.some((each) => each === kind)

function failing(
  kind: (typeof failures)[number],
  message: { job_id: string; algorithm: string; dataset_path: string },
  dataset: string,
): Partial<Job> & { bodies: readonly string[] } {
  const send = (fields: object) => ({ bodies: [JSON.stringify({ ...message, ...fields })] })
  switch (kind) {
    case 'no algorithm':
      return { ...send({ algorithm: 'forest' }), expected: /^algorithm is "forest", which is not allowed/ }
    case 'no column':
      return { ...send({ target_column: 'z' }), dataset, expected: /^target_column is "z"/ }
    case 'no dataset':
      return { ...send({}), expected: /^The dataset was not found; looked in s3:/ }
    case 'no such value':
      return { ...send({ hyperparameters: { C: -1 } }), dataset, expected: /^hyperparameters.C is -1/ }
    case 'ragged rows':
      return {
        ...send({}),
        dataset: `${dataset}1,2,3,4,a,5\n`,
        expected: /^Line \d+ .* 6 fields where the header has 5/,
      }
    case 'no JSON':
      return { bodies: [`{"job_id": "${message.job_id}"`], expected: /^The message is not JSON/ }
    case 'cancelled':
      return { ...send({}), dataset, cancelled: true, expected: /^cancelled$/ }
  }
}

/** Rows of two classes that a line parts, or with what tells the side as the target. */
function csv(seed: number, index: number, rows: number, features: number, onNumbers = false): string {
  const names = Array.from({ length: features }, (_, j) => `x${j}`)
  let state = Math.floor(chance(seed, index, 'data') * 2 ** 31) | 1
  const draw = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((state / 0x7fffffff) * 1000) / 1000
  }
  const lines = Array.from({ length: rows }, (_, i) => {
    const values = names.map(draw)
    const score = values[0] + values[1] / 4
    if (onNumbers) return `${values.join(',')},${score}`
    return `${values.join(',')},${i < 4 ? ['a', 'b'][i % 2] : score > 0.6 ? 'a' : 'b'}`
  })
  return `${names.join(',')},y\n${lines.join('\n')}\n`
}
