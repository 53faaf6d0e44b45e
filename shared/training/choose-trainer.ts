/** The estimator that a job's message means, which is known in full when its dataset is read. */
import type { Trainer } from '../algorithms/descriptor.ts'
import { tasksOf } from '../algorithms/descriptor.ts'
import { MIN_SHAPE } from '../algorithms/estimate.ts'
import { algorithms, anyEstimatorFor } from '../algorithms/index.ts'
import { namedColumns } from '../algorithms/named-columns.ts'
import { type AlgorithmName, algorithmNames } from '../algorithms/names.ts'
import { withLikelyTargets } from '../data/default-target.ts'
import { checkShape } from '../data/prepare.ts'
import { notStratified } from '../data/split/split-rows.ts'
import type { Column, Table } from '../data/table.ts'
import { findTarget } from '../data/target.ts'
import { fractionOf, type Task, taskOf, tasks } from '../data/task.ts'
import { JobError } from '../errors/job-error.ts'
import { list, quote } from '../errors/sentences.ts'
import { DEFAULT_SCORER, type ScorerName, scorerNames } from '../evaluation/scorers.ts'
import type { JobMessage } from '../jobs/message.ts'
import { defaultCandidates } from '../search/auto-space.ts'
import { type Candidate, candidatesOf } from '../search/candidates.ts'

export type AnyTrainer = { [T in Task]: Trainer<T> }[Task]

/** A trainer, whether its estimator accepts missing values, and what the sender is told of the choice. */
type Choice = {
  readonly task: Task
  readonly trainer: AnyTrainer
  readonly acceptsMissing: boolean
  readonly warnings: readonly string[]
}

/**
 * A trainer that the message can mean, before its dataset is read.
 *
 * @throws JobError where the algorithm lacks the task, or where hyperparameters, weights, metric or split are wrong for each
 *   task that it has.
 */
export function possibleTrainer(message: JobMessage): AnyTrainer {
  const faults: JobError[] = []
  for (const task of message.task ? [message.task] : tasksFor(message)) {
    try {
      const { trainer } = choice(message, task)
      metricOf(message, task)
      if (task === 'regression' && message.split?.stratify) throw notStratified()
      return trainer
    } catch (error) {
      if (!(error instanceof JobError)) throw error
      faults.push(error)
    }
  }
  throw faults[0]
}

/**
 * The trainer for the task that message and target ask for.
 *
 * @throws JobError for an algorithm or hyperparameters that do not suit the task, or a target that is not there.
 */
export function chooseTrainer(message: JobMessage, table: Table): Choice {
  if (message.task) return choice(message, message.task)
  checkShape(table.rows, table.columns)
  const target = findTarget(table.columns, message.target_column)
  const { task, warning } = taskOf(target, tasksFor(message))
  try {
    return { ...choice(message, task), warnings: warning === undefined ? [] : [warning] }
  } catch (error) {
    if (!(error instanceof JobError) || error.code !== 'bad_task') throw error
    const refusal = new JobError(
      'bad_task',
      `The target column ${quote(target.name)} holds ${contentOf(target)}. ${error.message}`,
      { cause: error },
    )
    throw message.target_column ? refusal : withLikelyTargets(refusal, target, table.columns)
  }
}

/** Of a target that the algorithm has no task for. */
function contentOf(target: Column): string {
  return target.kind === 'text'
    ? `text (${quote(target.categories[0])} for one)`
    : `continuous numbers (${fractionOf(target)} for one)`
}

/**
 * The trainer of a search's trial.
 *
 * @throws JobError for hyperparameters that are wrong.
 */
export function trainerOf(message: JobMessage, parameters: Candidate, task: Task): AnyTrainer {
  const given = { ...message.hyperparameters, ...parameters }
  const trainer = anyEstimatorFor(firstAlgorithm(message, task), task).trainer(withEncoding(message, given))
  if (message.sample_weight_column) trainer.checkWeighted()
  checkNamedColumns(message, trainer)
  return trainer
}

/** @throws JobError (bad_hyperparameter) for hyperparameters that name a column which the message says is no feature. */
function checkNamedColumns(message: JobMessage, { hyperparameters }: AnyTrainer): void {
  for (const { hyperparameter, name } of namedColumns(hyperparameters)) {
    const reason = notAFeature(message, name)
    if (reason === undefined) continue
    throw new JobError(
      'bad_hyperparameter',
      `hyperparameters.${hyperparameter} names the column ${quote(name)}, which ${reason}, or take it out of ${hyperparameter}.`,
    )
  }
}

/** Why a column of that name is no feature, and what to do; undefined where it may be one. */
function notAFeature(message: JobMessage, name: string): string | undefined {
  if (name === message.target_column) return 'is the target_column: name another target'
  if (name === message.sample_weight_column) return 'is the sample_weight_column: name another one'
  if (message.drop_columns?.includes(name)) return 'drop_columns leaves out: take it out of drop_columns'
  // Features that are made of a column have names that begin with its name.
  const isMade = message.feature_columns?.some((column) => name.startsWith(column)) ?? true
  return isMade ? undefined : 'is not among feature_columns: add it there'
}

/**
 * The hyperparameters with what the encoding means for them.
 *
 * @throws JobError where `native` is asked of another algorithm than gradient_boosting, or with its categories chosen otherwise.
 */
function withEncoding(
  { algorithm, encoding }: JobMessage,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (encoding !== 'native') return given
  if (algorithm !== 'gradient_boosting') {
    throw new JobError(
      'bad_message',
      `encoding "native" is for gradient_boosting, whose trees split categories that have no order, and not for ${algorithm}: use "label", "one_hot" or "target".`,
    )
  }
  const { categorical_features = 'text', ...rest } = given
  if (categorical_features !== 'text') {
    throw new JobError(
      'bad_hyperparameter',
      'hyperparameters.categorical_features names the categorical columns, which with encoding "native" are all text columns: leave one of the two out.',
    )
  }
  return { ...rest, categorical_features }
}

function tasksFor({ algorithm }: JobMessage): readonly Task[] {
  return algorithm === 'auto' ? tasks : tasksOf(algorithms[algorithm])
}

/** The algorithm of the message; of "auto" the one that it tries first. */
function firstAlgorithm({ algorithm }: JobMessage, task: Task): AlgorithmName {
  return algorithm === 'auto' ? defaultCandidates(task, MIN_SHAPE)[0].algorithm : algorithm
}

/** The first of a search's trainers that can be; the error of its first trial where none can. */
function firstTrainer(message: JobMessage, task: Task, candidates: readonly Candidate[]): AnyTrainer {
  let fault: JobError | undefined
  for (const candidate of candidates) {
    try {
      return trainerOf(message, candidate, task)
    } catch (error) {
      if (!(error instanceof JobError)) throw error
      fault ??= error
    }
  }
  throw fault ?? new TypeError('A search has at least one trial.')
}

function choice(message: JobMessage, task: Task): Choice {
  const algorithm = firstAlgorithm(message, task)
  const estimator = anyEstimatorFor(algorithm, task)
  if (message.sample_weight_column && !estimator.acceptsSampleWeights) throw noWeights(algorithm, task)
  const trainer = message.search
    ? firstTrainer(message, task, candidatesOf(message.search))
    : trainerOf(message, {}, task)
  return { task, trainer, acceptsMissing: estimator.acceptsMissing, warnings: [] }
}

function noWeights(algorithm: AlgorithmName, task: Task): JobError {
  const others = algorithmNames.filter((name) => {
    const { [task]: estimator } = algorithms[name].estimators
    return estimator?.acceptsSampleWeights === true
  })
  return new JobError(
    'bad_message',
    `sample_weight_column is not supported for ${algorithm}, which cannot weigh rows: leave it out, or use ${list(others, others.length)}.`,
  )
}

/**
 * What folds are scored by.
 *
 * @throws JobError (bad_task) for a metric of the other task.
 */
export function metricOf({ search, auto }: JobMessage, task: Task): ScorerName {
  const asked = search?.metric ?? auto?.metric
  if (!asked) return DEFAULT_SCORER[task]
  const known: readonly ScorerName[] = scorerNames[task]
  if (known.includes(asked)) return asked
  throw new JobError(
    'bad_task',
    `${search?.metric ? 'search' : 'auto'}.metric is ${quote(asked)}, and this is a ${task}: use one of ${known.join(', ')}.`,
  )
}
