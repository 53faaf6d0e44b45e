/** The hyperparameters of the algorithms as JSON Schemas, for documents and forms. */
import { z } from 'zod'
import type { AlgorithmDescriptor } from '../algorithms/descriptor.ts'
import type { HyperparameterSet } from '../algorithms/hyperparameters.ts'
import { algorithms } from '../algorithms/index.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import { type Task, tasks } from '../data/task.ts'

/** The hyperparameters of an algorithm for each of its tasks, in the order of the tasks. */
export function hyperparameterSets(
  name: AlgorithmName,
): { readonly task: Task; readonly set: HyperparameterSet<z.ZodRawShape> }[] {
  const descriptor: AlgorithmDescriptor = algorithms[name]
  return tasks.flatMap((task) => {
    const set = descriptor.estimators[task]?.hyperparameters
    return set === undefined ? [] : [{ task, set }]
  })
}

/** JSON Schema (2020-12) of hyperparameters: what is allowed in `description`, defaults in `default`. */
export function hyperparameterSchema({
  schema,
}: HyperparameterSet<z.ZodRawShape>): z.core.JSONSchema.BaseSchema {
  // A schema that has no JSON Schema of its own says it in its metadata.
  const { $schema, required, ...own } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return own
}
