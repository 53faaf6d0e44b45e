/** The estimator that a job's message means, which is known in full when its dataset is read. */
import type { Trainer } from '../algorithms/descriptor.ts'
import { tasksOf } from '../algorithms/descriptor.ts'
import { algorithms, anyEstimatorFor } from '../algorithms/index.ts'
import { withLikelyTargets } from '../data/default-target.ts'
import { checkShape } from '../data/prepare.ts'
import type { Column, Table } from '../data/table.ts'
import { findTarget } from '../data/target.ts'
import { fractionOf, type Task, taskOf } from '../data/task.ts'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import type { JobMessage } from '../jobs/message.ts'

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
 * @throws JobError where the algorithm lacks the task, or hyperparameters are wrong for each task that it has.
 */
export function possibleTrainer(message: JobMessage): AnyTrainer {
  const faults: JobError[] = []
  for (const task of message.task ? [message.task] : tasksOf(algorithms[message.algorithm])) {
    try {
      return choice(message, task).trainer
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
  const { task, warning } = taskOf(target, tasksOf(algorithms[message.algorithm]))
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

function choice({ algorithm, hyperparameters }: JobMessage, task: Task): Choice {
  const estimator = anyEstimatorFor(algorithm, task)
  const trainer = estimator.trainer(hyperparameters ?? {})
  return { task, trainer, acceptsMissing: estimator.acceptsMissing, warnings: [] }
}
