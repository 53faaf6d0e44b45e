import { dateFeatures } from '../data/dates.ts'
import type { PrepareOptions } from '../data/prepare.ts'
import type { Task } from '../data/task.ts'
import { crossValidationOf, type JobMessage } from '../jobs/message.ts'

/** How a message says that its data are to be prepared. */
export function preparationOf(
  message: JobMessage,
  task: Task,
  acceptsMissing: boolean,
): PrepareOptions & { readonly task: Task } {
  return {
    task,
    target: message.target_column,
    keepMissing: acceptsMissing,
    encoding: message.encoding,
    split: message.split,
    crossValidation: crossValidationOf(message),
    featureColumns: message.feature_columns,
    weightColumn: message.sample_weight_column,
    dates: dateFeatures(message.date_columns),
  }
}
