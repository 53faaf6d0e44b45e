/** What the API answers: one schema each, of which the types, the checks and the OpenAPI document follow. */
import { z } from '@hono/zod-openapi'
import { algorithmNames, jobAlgorithmNames } from '../algorithms/names.ts'
import { tasks } from '../data/task.ts'
import { jobMessage } from '../jobs/message.ts'
import { liveTrials } from '../jobs/records.ts'
import { crossValidation, jobMetrics, leaderboard, rivalComparison, searchResult } from '../jobs/result.ts'
import { problem } from './problem.ts'

const json = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

export { json }

const aProblem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
})

/** The refusals that every route can answer. */
export const refusals = {
  400: aProblem('A parameter or the body is not what the route takes.'),
  429: aProblem('More requests than the limit.'),
  500: aProblem('A fault of the server.'),
  503: aProblem('A store does not answer.'),
}
export const notFound = { 404: aProblem('There is no such thing.') }
export const conflict = { 409: aProblem('The state does not allow it.') }
export const bodyRefusals = {
  413: aProblem('The body is too large.'),
  415: aProblem('The body has a content type that the route does not take.'),
}
export const unusable = { 422: aProblem('The request was understood, and what it names cannot be used.') }

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1000).optional().openapi({ description: 'next_cursor of the page before' }),
})
export const nextCursor = z
  .string()
  .nullable()
  .openapi({ description: 'for the next page; null on the last one' })

/** A job as it is sent: the contract of the queue. The copy, because OpenAPI's names are given to copies only. */
export const jobBody = z.object(jobMessage.shape).openapi('JobMessage')

export const jobIdParam = z.object({
  job_id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/)
    .openapi({ param: { name: 'job_id', in: 'path' } }),
})

export const jobStatuses = [
  'queued',
  'running',
  'paused',
  'handed_over',
  'retrying',
  'dead_lettered',
  'stale',
  'completed',
  'failed',
] as const

const time = z.string().openapi({ format: 'date-time' })

const jobFields = {
  job_id: z.string(),
  status: z.enum(jobStatuses),
  algorithm: z.string().optional(),
  dataset_path: z.string().optional(),
  model_name: z.string().optional(),
  progress: z.number().min(0).max(100).optional(),
  phase: z.string().optional(),
  current_loss: z.number().optional(),
  current_accuracy: z.number().optional(),
  model_id: z.string().optional(),
  version: z.string().optional(),
  error: z.string().optional(),
  error_code: z.string().optional(),
  created_at: time.optional(),
  started_at: time.optional(),
  completed_at: time.optional(),
  updated_at: time.optional(),
}
export const jobSummary = z
  .object({
    ...jobFields,
    accuracy: z.number().nullable().optional(),
    r2: z.number().nullable().optional(),
  })
  .openapi('JobSummary')
export const job = z
  .object({
    ...jobFields,
    message: z.record(z.string(), z.unknown()).optional(),
    detail: z.record(z.string(), z.number()).optional(),
    attempt: z.int().optional(),
    max_attempts: z.int().optional(),
    next_attempt_at: time.optional(),
    minio_model_id: z.string().optional(),
    metrics: z
      .union(jobMetrics.options.map((option) => z.object(option.shape)))
      .openapi('Metrics')
      .optional(),
    task: z.enum(tasks).optional(),
    cross_validation: z.object(crossValidation.shape).openapi('CrossValidation').optional(),
    search: z.object(searchResult.shape).openapi('Search').optional(),
    leaderboard: z.object(leaderboard.shape).openapi('Leaderboard').optional(),
    comparison: z.object(rivalComparison.shape).openapi('RivalComparison').optional(),
    trials: z
      .object(liveTrials.shape)
      .openapi('LiveTrials', { description: 'what a job with a search, or with "auto", has tried so far' })
      .optional(),
    warnings: z.array(z.string()).optional(),
  })
  .openapi('Job')
export const jobLogs = z
  .object({
    lines: z.array(z.string()),
    is_available: z
      .boolean()
      .openapi({ description: 'whether this server can read them; else CloudWatch has them' }),
  })
  .openapi('JobLogs')
export type JobLogs = z.infer<typeof jobLogs>
export type Job = z.infer<typeof job>
export type JobSummary = z.infer<typeof jobSummary>

export const datasetName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/)
export const datasetParam = z.object({
  name: datasetName.openapi({
    param: { name: 'name', in: 'path' },
    description: 'the name of a file under datasets/ in the bucket, such as churn.csv',
  }),
})
export const dataset = z
  .object({
    name: z.string(),
    /** What a job's dataset_path says. */
    dataset_path: z.string(),
    size_bytes: z.int().optional(),
    updated_at: time.optional(),
    description: z.string().optional(),
    target_column: z.string().optional(),
    features: z.array(z.string()).optional(),
    n_samples: z.int().optional(),
    n_features: z.int().optional(),
  })
  .openapi('Dataset')
export type Dataset = z.infer<typeof dataset>
export const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])
export const preview = z
  .object({
    name: z.string(),
    rows: z.int().openapi({ description: 'that were read; not all of them where `is_partial`' }),
    is_partial: z.boolean(),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.enum(['int', 'float', 'bool', 'text']),
        missing: z.int(),
        distinct: z.int(),
        minimum: z.number().optional(),
        maximum: z.number().optional(),
        mean: z.number().optional(),
        /** The most frequent texts, with their rows. */
        values: z.array(z.object({ value: z.string(), rows: z.int() })).optional(),
      }),
    ),
    head: z.array(z.array(cell)).openapi({ description: 'the first rows, in the order of the columns' }),
    warnings: z.array(z.string()),
  })
  .openapi('DatasetPreview')
export type DatasetPreview = z.infer<typeof preview>

const modelText = z.string().min(1).max(1024).openapi({
  description: 'a model’s id, its name for the newest version, name@alias, or name@version; URL-encoded',
})
export const modelParam = z.object({ model: modelText.openapi({ param: { name: 'model', in: 'path' } }) })
export const aliasParam = modelParam.extend({
  alias: z
    .string()
    .regex(/^[A-Za-z][\w.-]{0,63}$/)
    .openapi({ param: { name: 'alias', in: 'path' } }),
})
export const modelQuery = modelText

export const modelSummary = z
  .object({
    model_id: z.string(),
    name: z.string().optional(),
    version: z.string().optional(),
    algorithm: z.string().optional(),
    job_id: z.string().optional(),
    status: z.string().optional(),
    created_at: time.optional(),
    dataset_name: z.string().nullish(),
    target_column: z.string().nullish(),
    training_duration: z.number().nullish(),
    size_bytes: z.int().optional(),
    metrics: z.record(z.string(), z.number().nullable()),
    tags: z.record(z.string(), z.string()),
    aliases: z.array(z.string()).optional(),
  })
  .openapi('ModelSummary')
export type ModelSummary = z.infer<typeof modelSummary>
/** The registry's whole document, and what the manifest says of the columns. */
export const model = z
  .looseObject({
    model_id: z.string(),
    aliases: z.array(z.string()),
    signature: z.unknown().optional(),
    features_known: z.array(z.unknown()).optional(),
  })
  .openapi('Model')
export type Model = z.infer<typeof model>
export const alias = z
  .object({ name: z.string(), alias: z.string(), version: z.string(), model_id: z.string() })
  .openapi('Alias')
export const tags = z.record(z.string(), z.string())

export const predictionBody = z
  .object({ rows: z.array(z.record(z.string(), z.unknown())).max(100_000) })
  .openapi('PredictionRows', {
    example: { rows: [{ 'sepal length (cm)': 5.1, 'sepal width (cm)': 3.5 }] },
  })

export const prediction = z
  .object({
    model_id: z.string(),
    model_name: z.string(),
    version: z.string(),
    predictions: z.array(z.union([z.string(), z.number(), z.boolean()])),
    classes: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
    probabilities: z
      .array(z.array(z.number()))
      .optional()
      .openapi({ description: 'per row and class, where asked for and the model has them' }),
    unknown: z.array(
      z.looseObject({ column: z.string(), unseen: z.int(), missing: z.int(), out_of_range: z.int() }),
    ),
  })
  .openapi('Prediction')
export type Prediction = z.infer<typeof prediction>

export const deadLetter = z
  .object({
    message_id: z.string(),
    job_id: z.string(),
    attempts: z.int(),
    reason: z.string(),
    sent_at: time.nullable(),
    body: z.string(),
  })
  .openapi('DeadLetter')
export type DeadLetter = z.infer<typeof deadLetter>

export const algorithmName = z.enum(algorithmNames)
/** What a job may name. */
export const jobAlgorithmName = z.enum(jobAlgorithmNames)

export const algorithm = z
  .object({
    name: algorithmName,
    estimators: z.array(
      z.object({
        task: z.enum(tasks),
        hyperparameters: z.looseObject({}).openapi({
          description: 'a JSON Schema: names, defaults, and in each description what is allowed',
        }),
        rules: z.array(z.string()).openapi({ description: 'on several hyperparameters at once' }),
      }),
    ),
  })
  .openapi('Algorithm')
export type Algorithm = z.infer<typeof algorithm>

/** A column that a model's predictions take, with what training had of it. */
export const modelColumn = z
  .object({
    name: z.string(),
    type: z.enum(['int', 'float', 'bool', 'text']),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    mean: z.number().optional(),
    values: z
      .array(z.string())
      .optional()
      .openapi({ description: 'of a text column: at most the first 1000' }),
    may_be_missing: z.boolean(),
    example: z.iso
      .date()
      .optional()
      .openapi({ description: 'of a column of dates: one as training had them' }),
  })
  .openapi('ModelColumn')
export type ModelColumn = z.infer<typeof modelColumn>
