/** What the form of a new job has, and the message that it makes. */
import { type MessageField, valuesOf, writtenOf } from './message-fields.ts'
import { hyperparametersOf, textOf, type Written } from './written.ts'

export type Message = Readonly<Record<string, unknown>>

/** What the form has, and what of an earlier message it has no field for. */
export type Draft = {
  readonly dataset: string
  readonly target: string
  readonly dropped: readonly string[]
  readonly algorithm: string
  readonly task: string
  readonly modelName: string
  readonly written: Written
  /** Of the fields that few jobs need. */
  readonly more: Written
  readonly others: Message
}

export const emptyDraft: Draft = {
  dataset: '',
  target: '',
  dropped: [],
  algorithm: 'random_forest',
  task: '',
  modelName: '',
  written: {},
  more: {},
  others: {},
}

export function draftOf(message: Message, fields: readonly MessageField[]): Draft {
  const {
    job_id,
    dataset_path,
    target_column,
    drop_columns,
    algorithm,
    task,
    model_name,
    hyperparameters,
    ...others
  } = message
  const { written: more, rest } = writtenOf(others, fields)
  const given = Object.entries({ ...(typeof hyperparameters === 'object' ? hyperparameters : {}) })
  return {
    dataset: String(dataset_path ?? ''),
    target: String(target_column ?? ''),
    dropped: Array.isArray(drop_columns) ? drop_columns.map(String) : [],
    algorithm: String(algorithm ?? 'random_forest'),
    task: String(task ?? ''),
    modelName: String(model_name ?? ''),
    written: Object.fromEntries(given.map(([name, value]) => [name, textOf(value)])),
    more,
    others: rest,
  }
}

export function messageOf(draft: Draft, fields: readonly MessageField[]): Message {
  const hyperparameters = hyperparametersOf(draft.written)
  const { dataset, target, dropped, algorithm, task, modelName, others } = draft
  return {
    algorithm,
    dataset_path: dataset,
    ...(target === '' ? {} : { target_column: target }),
    ...(task === '' ? {} : { task }),
    ...(modelName.trim() === '' ? {} : { model_name: modelName.trim() }),
    ...(dropped.length === 0 ? {} : { drop_columns: dropped }),
    ...(Object.keys(hyperparameters).length === 0 ? {} : { hyperparameters }),
    ...valuesOf(draft.more, shownFields(fields, algorithm)),
    ...others,
  }
}

/** A search is of one algorithm, and auto of all. */
export const shownFields = (fields: readonly MessageField[], algorithm: string) =>
  fields.filter(({ field }) => field !== (algorithm === 'auto' ? 'search' : 'auto'))
