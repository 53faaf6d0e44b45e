/** The form of a new job has a field for all that a message may have. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type Draft, draftOf, emptyDraft, messageOf } from '../../console/draft.ts'
import { messageFields, valuesOf, writtenOf } from '../../console/message-fields.ts'
import { crossValidationOptions } from '../../shared/data/split/cross-validation.ts'
import { splitOptions } from '../../shared/data/split/options.ts'
import { jobMessage } from '../../shared/jobs/message.ts'
import { autoOptions } from '../../shared/search/auto-options.ts'
import { searchOptions } from '../../shared/search/options.ts'
import { csvOptions } from '../../shared/tabular/csv/options.ts'

const schema = z.toJSONSchema(jobMessage, { io: 'input', unrepresentable: 'any' })
const fields = messageFields(z.custom<Parameters<typeof messageFields>[0]>().parse(schema))

test('each field of the schema has a control', () => {
  const controls = [
    'algorithm',
    'dataset_path',
    'target_column',
    'task',
    'model_name',
    'hyperparameters',
    'drop_columns',
  ]
  const shown = new Set([...controls, ...fields.map(({ field }) => field)])
  expect([...shown].toSorted()).toEqual(Object.keys(jobMessage.shape).toSorted())
  const [, cv] = crossValidationOptions.options
  const objects = { split: splitOptions, cv, search: searchOptions, auto: autoOptions, csv: csvOptions }
  for (const [field, { shape }] of Object.entries(objects)) {
    const own = fields.filter((each) => each.field === field).map(({ option }) => option)
    expect(own).toEqual(Object.keys(shape))
  }
  for (const { name, schema } of fields)
    if (name !== 'job_name') expect([name, schema.description]).not.toContain(undefined)
})

const whole = {
  job_id: 'again-1',
  job_name: '12',
  feature_columns: ['a', 'b c'],
  date_columns: ['d', { column: 'e', parts: ['month', 'hour'] }],
  sample_weight_column: 'n',
  encoding: 'one_hot',
  split: { test_size: 0.25, stratify: true },
  cv: { folds: 5, shuffle: true },
  search: { parameters: { C: [1, 10] }, method: 'random', n_trials: 5 },
  csv: { delimiter: ' ', na_values: ['-', '0'] },
  compute: 'batch',
}

test('a message is written into the fields and read from them as it was', () => {
  const { written, rest } = writtenOf({ ...whole, auto: null, later: 1 }, fields)
  expect(rest).toEqual({ later: 1 })
  expect(valuesOf(written, fields)).toEqual(whole)
  expect(valuesOf(writtenOf({ cv: 5 }, fields).written, fields)).toEqual({ cv: 5 })
})

test('names and values may be separated by commas', () => {
  const written = { date_columns: 'day, hour', 'csv.na_values': '-,0', 'cv.folds': '4' }
  const values = { date_columns: ['day', 'hour'], csv: { na_values: ['-', '0'] }, cv: 4 }
  expect(valuesOf(written, fields)).toEqual(values)
})

test('a job that is sent again has all that it had, but for its id', () => {
  const sent = { ...whole, algorithm: 'svm', dataset_path: 'a.csv', hyperparameters: { C: 2 } }
  const { job_id, ...again } = sent
  expect(messageOf(draftOf(sent, fields), fields)).toEqual(again)
  const auto: Draft = {
    ...emptyDraft,
    algorithm: 'auto',
    dataset: 'a.csv',
    more: { 'auto.metric': 'r2', 'search.seed': '1' },
  }
  expect(messageOf(auto, fields)).toEqual({
    algorithm: 'auto',
    dataset_path: 'a.csv',
    auto: { metric: 'r2' },
  })
})
