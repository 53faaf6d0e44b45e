/** The contract with those who send jobs: a schema, from which the type, docs/job.schema.json and the sentences follow. */
import { z } from 'zod'
import { jobAlgorithmNames } from '../algorithms/names.ts'
import { dateColumnsSchema } from '../data/dates.ts'
import { encodings } from '../data/fit-features.ts'
import { type CrossValidationOptions, crossValidationOptions } from '../data/split/cross-validation.ts'
import { splitOptions } from '../data/split/options.ts'
import { tasks } from '../data/task.ts'
import { autoOptions } from '../search/auto-options.ts'
import { DEFAULT_FOLDS, searchOptions } from '../search/options.ts'
import { csvOptions } from '../tabular/csv/options.ts'
import { jobId } from './ids.ts'

/** JSON can contain lone surrogates, which cannot be encoded as UTF-8: no key or file can have such a name. */
const isUnicode = (text: string) => text.isWellFormed()

const name = (what: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(256)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    .regex(/^[^\u0000-\u001f\u007f]*$/)
    .refine(isUnicode)
    .describe(`${what} of 1 to 256 characters without control characters`)

/** Where a job may run. */
export const computes = ['lambda', 'batch'] as const

function columnNames() {
  return z.array(z.string().min(1).max(1024)).min(1).max(100_000).nullish()
}

/** Not a z.record, which silently drops a name `__proto__`. */
function anyHyperparameters() {
  return z
    .custom<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    )
    .meta({ type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} })
}

/**
 * A job, as its message has it.
 *
 * @example
 * const body = JSON.stringify(jobMessage.parse({ job_id: 'churn-7', algorithm: 'svm', dataset_path: 's3://data/churn.csv' }))
 */
export const jobMessage = z.object({
  job_id: jobId,
  algorithm: z.enum(jobAlgorithmNames).describe(`one of ${jobAlgorithmNames.join(', ')}`),
  dataset_path: z
    .string()
    .trim()
    .min(1)
    .max(1024)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    .regex(/^[^\u0000-\u001f\u007f]*$/)
    .refine(isUnicode)
    .describe('s3://bucket/key, bucket/key, or the name of a dataset in the registry'),
  job_name: name('a name').nullish(),
  model_name: name('a name').nullish(),
  target_column: z
    .string()
    .min(1)
    .max(1024)
    .nullish()
    .describe('the name of a column; by default the last one'),
  task: z
    .enum(tasks)
    .nullish()
    .describe(
      'classification or regression; by default regression for a target of numbers with fractions, else classification',
    ),
  hyperparameters: anyHyperparameters()
    .nullish()
    .describe('an object of hyperparameters of the algorithm, by the names of scikit-learn or Keras'),
  feature_columns: columnNames().describe('an array of the names of the columns that are the only features'),
  drop_columns: columnNames().describe('an array of the names of columns to leave out'),
  date_columns: dateColumnsSchema
    .nullish()
    .describe(
      'an array of the names of columns of dates, whose parts are features, or of objects such as {"column": "day", "parts": ["month", "weekday"]}',
    ),
  sample_weight_column: z
    .string()
    .min(1)
    .max(1024)
    .nullish()
    .describe(
      'the name of a column of numbers of at least 0: how much each training row counts; it is not a feature',
    ),
  encoding: z
    .enum(encodings)
    .nullish()
    .describe(
      '"label" (a number for each text, the default), "one_hot" (a feature for each text), "target" (the mean of the target) or "native" (categories without an order, for gradient_boosting)',
    ),
  split: splitOptions
    .nullish()
    .describe('how rows are split into training and test, by the names of train_test_split'),
  cv: crossValidationOptions
    .nullish()
    .describe('a whole number of folds from 2 to 100, or an object such as {"folds": 5, "shuffle": true}'),
  search: searchOptions
    .nullish()
    .describe('a search for hyperparameters: an object such as {"parameters": {"max_depth": [3, 6, null]}}'),
  auto: autoOptions
    .nullish()
    .describe('how the algorithm "auto" chooses: an object such as {"time_budget_seconds": 120}'),
  compute: z
    .enum(computes)
    .nullish()
    .describe(
      '"lambda" (the function alone) or "batch" (a larger machine, by AWS Batch); by default a job goes there that outgrows the function',
    ),
  csv: csvOptions
    .nullish()
    .describe('the dialect of a CSV file, by the names of pandas.read_csv; what is left out is found'),
})
export type JobMessage = z.infer<typeof jobMessage>

/** The folds that a job is cross-validated with, its own or those of its search; undefined where it is not. */
export function crossValidationOf({ algorithm, cv, search }: JobMessage): CrossValidationOptions | undefined {
  if (algorithm === 'auto') return cv ?? DEFAULT_FOLDS
  return (search ? (search.cv ?? cv ?? DEFAULT_FOLDS) : cv) ?? undefined
}

/** `iris` of `s3://bucket/some/iris.v2.csv`: the last segment of the path, cut at its first dot. */
export function datasetName(datasetPath: string): string {
  const last = datasetPath.replace(/\/+$/, '').split('/').at(-1) ?? ''
  return last.split('.')[0] || 'dataset'
}

/** The model's name: the sender's, or `{job_name}_{algorithm}_{dataset_name}`. */
export function modelName(message: JobMessage): string {
  if (message.model_name) return message.model_name
  return `${cleanJobName(message.job_name)}_${message.algorithm}_${datasetName(message.dataset_path)}`
}

/** The job's name as the original worker wrote it: spaces become `_`; a missing name, or a UUID, is `DefaultJob`. */
export function cleanJobName(jobName: string | null | undefined): string {
  if (!jobName) return 'DefaultJob'
  const looksLikeUuid = jobName.length === 36 && jobName.split('-').length === 5
  return looksLikeUuid ? 'DefaultJob' : jobName.replaceAll(' ', '_')
}
