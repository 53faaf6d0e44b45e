/** The estimator that a job's message means, which is known in full when its dataset is read. */
import type { Trainer } from '../algorithms/descriptor.ts'
import { tasksOf } from '../algorithms/descriptor.ts'
import { algorithms, anyEstimatorFor } from '../algorithms/index.ts'
import { checkShape } from '../data/prepare.ts'
import type { Table } from '../data/table.ts'
import { findTarget } from '../data/target.ts'
import { type Task, taskOf } from '../data/task.ts'
import { JobError } from '../errors/job-error.ts'
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
  return { ...choice(message, task), warnings: warning === undefined ? [] : [warning] }
}

function choice({ algorithm, hyperparameters }: JobMessage, task: Task): Choice {
  const estimator = anyEstimatorFor(algorithm, task)
  const trainer = estimator.trainer(hyperparameters ?? {})
  return { task, trainer, acceptsMissing: estimator.acceptsMissing, warnings: [] }
}
