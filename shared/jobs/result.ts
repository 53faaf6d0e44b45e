/** The contract with those who read results: what `jobs/{job_id}/result.json` holds. */
import { z } from 'zod'
import { algorithmNames } from '../algorithms/names.ts'
import { tasks } from '../data/task.ts'
import { allScorerNames } from '../evaluation/scorers.ts'
import { searchMethods } from '../search/options.ts'

const metricValue = z.number().nullable()

/** Of a trained classifier. */
const classificationMetrics = z.object({
  train_accuracy: metricValue,
  test_accuracy: metricValue,
  accuracy: metricValue,
  precision: metricValue,
  recall: metricValue,
  f1_score: metricValue,
  /** Seconds. */
  training_time: metricValue,
  classification_report: z.record(z.string(), z.unknown()).optional(),
  train_loss: metricValue.optional(),
  test_loss: metricValue.optional(),
  loss: metricValue.optional(),
  history: z.record(z.string(), z.array(metricValue)).optional(),
})

/** Of a trained regressor, on the test rows unless it says train; by the definitions of sklearn.metrics. */
const regressionMetrics = z.object({
  train_r2: metricValue,
  test_r2: metricValue,
  r2: metricValue,
  mean_squared_error: metricValue,
  root_mean_squared_error: metricValue,
  mean_absolute_error: metricValue,
  mean_absolute_percentage_error: metricValue,
  median_absolute_error: metricValue,
  explained_variance: metricValue,
  max_error: metricValue,
  /** Seconds. */
  training_time: metricValue,
  history: z.record(z.string(), z.array(metricValue)).optional(),
})
export type ClassificationMetrics = z.infer<typeof classificationMetrics>
export type RegressionMetrics = z.infer<typeof regressionMetrics>

/** The metrics of a trained model. A figure that is not a finite number is null, as JSON has no NaN. */
export const jobMetrics = z.union([classificationMetrics, regressionMetrics])
export type JobMetrics = z.infer<typeof jobMetrics>

/** How well fits on parts of the training rows predict the rest of them. */
export const crossValidation = z.object({
  /** Of scikit-learn's scorers: accuracy for a classification, r2 for a regression, unless a search names another. */
  metric: z.enum(allScorerNames),
  /** One for each fold, in their order. */
  scores: z.array(metricValue),
  mean_score: metricValue,
  /** The standard deviation of the scores, of the population as numpy.std. */
  std_score: metricValue,
})
export type CrossValidation = z.infer<typeof crossValidation>

export const stoppedBy = z.enum(['time_budget_seconds', 'patience'])
export type StoppedBy = z.infer<typeof stoppedBy>

const trialFields = {
  parameters: z.record(z.string(), z.unknown()),
  /** Of the method halving: the round, from 0, and what its trials had of the resource. */
  iteration: z.int().optional(),
  n_resources: z.int().optional(),
  /** Of its cross-validation. Results of earlier versions have none. */
  seconds: z.number().optional(),
}

/** What a search for hyperparameters found. The model has the best ones. */
export const searchResult = z.object({
  method: z.enum(searchMethods),
  metric: z.enum(allScorerNames),
  best_parameters: z.record(z.string(), z.unknown()),
  best_score: metricValue,
  trial_count: z.int(),
  /** Trials whose hyperparameters could not be fitted. */
  failed_count: z.int(),
  /** Why it ended before it had tried all. */
  stopped_by: stoppedBy.optional(),
  /** In the order in which they were tried. */
  trials: z.array(
    z.union([
      z.object({
        ...trialFields,
        scores: z.array(metricValue),
        mean_score: metricValue,
        std_score: metricValue,
      }),
      z.object({ ...trialFields, error: z.string() }),
    ]),
  ),
})
export type SearchResult = z.infer<typeof searchResult>

const hyperparameters = z.record(z.string(), z.unknown())

/** What a job with the algorithm "auto" tried, and what not. The model is the chosen one. */
export const leaderboard = z.object({
  metric: z.enum(allScorerNames),
  /** By the rule of docs/auto.md, which prefers an algorithm with its defaults. `parameters` differ from them. */
  chosen: z.object({ algorithm: z.enum(algorithmNames), parameters: hyperparameters }),
  best_score: metricValue,
  /** Of the best score: a difference below this one means little. */
  standard_error: metricValue,
  /** The most frequent class, or the mean, predicted for every row. */
  baseline: z.object({ scores: z.array(metricValue), mean_score: metricValue, std_score: metricValue }),
  /** The best first, then those that could not be fitted or were stopped. */
  candidates: z.array(
    z.union([
      z.object({
        algorithm: z.enum(algorithmNames),
        parameters: hyperparameters,
        scores: z.array(metricValue),
        mean_score: metricValue,
        std_score: metricValue,
        /** Of its cross-validation. */
        seconds: z.number(),
      }),
      z.object({
        algorithm: z.enum(algorithmNames),
        parameters: hyperparameters,
        error: z.string(),
        seconds: z.number(),
      }),
    ]),
  ),
  /** Without `parameters`: the algorithm does not suit the data. */
  not_tried: z.array(
    z.object({
      algorithm: z.enum(algorithmNames),
      parameters: hyperparameters.optional(),
      reason: z.string(),
    }),
  ),
  time_budget_seconds: z.number(),
  /** Of the job, when the choice was made. */
  seconds: z.number(),
})
export type Leaderboard = z.infer<typeof leaderboard>

/** A class, or a number of a regression. */
const value = z.union([z.string(), z.number()])

/** How the model and the next best of a search, or of "auto", differ on the test rows, which none of them has seen. */
export const rivalComparison = z.object({
  /** Fitted on the training rows as the model is, the best first. */
  rivals: z.array(
    z.object({ algorithm: z.enum(algorithmNames), parameters: hyperparameters, mean_score: metricValue }),
  ),
  test_rows: z.int(),
  /** Rows in which the model is right and no rival is; of a regression, in which it is nearer than each. */
  ahead: z.int(),
  /** Rows in which the model is wrong and each rival is right; of a regression, in which it is farther off than each. */
  behind: z.int(),
  /** Of a classification; of many classes those with the most test rows. */
  classes: z
    .array(
      z.object({ class: z.string(), test_rows: z.int(), right: z.int(), ahead: z.int(), behind: z.int() }),
    )
    .optional(),
  /** Some of those in which the model is ahead: the first ones, or of a regression those in which it is by most. */
  rows: z.array(
    z.object({
      /** Its place among the rows of the dataset, from 1. */
      row: z.int(),
      actual: value,
      predicted: value,
      /** What each rival predicts. */
      rivals: z.array(value),
    }),
  ),
})
export type RivalComparison = z.infer<typeof rivalComparison>

export const completedResult = z.object({
  job_id: z.string(),
  /** The model's _id in the registry: 24 hexadecimal digits. */
  model_id: z.string(),
  /** Where the model lies in the object store, s3://bucket/key; the storage service's id of it where one is set. */
  minio_model_id: z.string(),
  status: z.literal('completed'),
  /** The model's own; of a message with "auto" the one that was chosen. Results of earlier versions have none. */
  algorithm: z.enum(algorithmNames).optional(),
  /** Results of before there were regressions have none: classifications. */
  task: z.enum(tasks).optional(),
  metrics: jobMetrics,
  /** Where the message asks for it. */
  cross_validation: crossValidation.optional(),
  search: searchResult.optional(),
  /** Where the message asks for the algorithm "auto". */
  leaderboard: leaderboard.optional(),
  /** Of a search, or of "auto", where there was time for it. */
  comparison: rivalComparison.optional(),
  model_name: z.string(),
  /** v and the Unix time, in seconds, at which the job was accepted. */
  version: z.string(),
  /** What the sender should know although the job is done: one sentence each. */
  warnings: z.array(z.string()),
  /** ISO 8601, when the result was committed. Results of earlier versions have none. */
  completed_at: z.string().optional(),
})

export const failedResult = z.object({
  job_id: z.string(),
  status: z.literal('failed'),
  /** One sentence that its reader can act on. */
  error: z.string(),
  /** The kind of error, for programs: docs/errors.md has the codes. Results of earlier versions have none. */
  error_code: z.string().optional(),
  /** ISO 8601, when the result was committed. Results of earlier versions have none. */
  completed_at: z.string().optional(),
})

/**
 * A job's result.
 *
 * @example
 * const result = jobResult.parse(JSON.parse(text))
 * if (result.status === 'failed') console.error(result.error_code, result.error)
 */
export const jobResult = z.discriminatedUnion('status', [completedResult, failedResult])
export type CompletedResult = z.infer<typeof completedResult>
export type FailedResult = z.infer<typeof failedResult>
export type JobResult = z.infer<typeof jobResult>

/** The `error` of a job that somebody cancelled. */
export const CANCELLED = 'cancelled'

export function isCancelled(result: JobResult): boolean {
  return result.status === 'failed' && result.error === CANCELLED
}

/** The result of a job that failed with a JobError, or with what has a code and a sentence like one. */
export function failedWith(jobId: string, error: { code: string; message: string }): FailedResult {
  return { job_id: jobId, status: 'failed', error: error.message, error_code: error.code }
}
