import { z } from 'zod'
import { arithmeticField } from '../algorithms/arithmetic.ts'
import { algorithmNames } from '../algorithms/names.ts'
import { dateColumnsSchema } from '../data/dates.ts'
import { encodings } from '../data/fit-features.ts'
import { crossValidationOptions } from '../data/split/cross-validation.ts'
import { splitOptions } from '../data/split/options.ts'
import { tasks } from '../data/task.ts'
import { crossValidation, jobMetrics, leaderboard, rivalComparison, searchResult } from '../jobs/result.ts'
import { csvOptions } from '../tabular/csv/options.ts'

/** `models/{model_id}/manifest.json`: what a model is, of what it was made, and the hashes of its files. */
export const manifestSchema = z.object({
  format: z.literal('tensorfleet-manifest/1'),
  model_id: z.string(),
  job_id: z.string(),
  model_name: z.string(),
  version: z.string(),
  algorithm: z.enum(algorithmNames),
  /** Models of before there were regressions have none: classifications. */
  task: z.enum(tasks).optional(),
  hyperparameters: z.record(z.string(), z.unknown()),
  /** ISO 8601, when the job was accepted. */
  created_at: z.string(),
  metrics: jobMetrics,
  cross_validation: crossValidation.optional(),
  search: searchResult.optional(),
  leaderboard: leaderboard.optional(),
  comparison: rivalComparison.optional(),
  /** Raw columns in, the target out. */
  signature: z.object({
    inputs: z.array(z.object({ name: z.string(), type: z.enum(['float', 'double', 'string']) })),
    output: z.object({
      name: z.string(),
      type: z.enum(['int', 'float', 'bool', 'string']),
      /** Not of a regression, whose output is a double. */
      classes: z.array(z.unknown()).optional(),
    }),
  }),
  dataset: z.object({
    path: z.string(),
    name: z.string(),
    /** Where it was found: s3://…, GridFS or documents. */
    source: z.string(),
    sha256: z.string(),
    rows: z.int(),
    columns: z.int(),
    train_rows: z.int(),
    test_rows: z.int(),
    /** Whether the data did not fit into memory, and were trained on from files. */
    streamed: z.literal(true).optional(),
    /** The dialect of a CSV file where it is not pandas' default: a file to predict that is like it is read the same way. */
    csv: csvOptions.optional(),
    /** How they were split, where the message says so. */
    split: splitOptions.optional(),
    /** How the training rows were divided into folds, where the message says so. */
    cv: crossValidationOptions.optional(),
    /** Where the test rows are from, if they have a dataset of their own. */
    test: z.object({ path: z.string(), source: z.string(), sha256: z.string(), rows: z.int() }).optional(),
    /** What the message says of the columns. */
    feature_columns: z.array(z.string()).optional(),
    drop_columns: z.array(z.string()).optional(),
    /** The columns of dates, whose parts are features. */
    date_columns: dateColumnsSchema.optional(),
    /** The column of the training rows' weights. */
    sample_weight_column: z.string().optional(),
    /** How text columns became numbers, where the message says so. */
    encoding: z.enum(encodings).optional(),
  }),
  /** By name, which is a plain one: files are downloaded under it. */
  files: z.record(z.string().regex(/^[A-Za-z0-9][\w.-]*$/), z.object({ sha256: z.string(), bytes: z.int() })),
  /** With the arithmetic of the kernels that fitted and evaluated it; absent: plain. */
  trained_by: arithmeticField.extend({ tensorfleet: z.string(), node: z.string(), platform: z.string() }),
  warnings: z.array(z.string()),
})
export type Manifest = z.infer<typeof manifestSchema>
