import { z } from 'zod'

/** Characters of a name from the data: a report may have thousands of them. */
export const NAME_LENGTH = 100

const number = z.number().nullable()
const numbers = z.array(z.number())

/** A column of the dataset as the report shows it. Figures that a column does not have are null. */
const columnSummary = z.object({
  name: z.string(),
  kind: z.enum(['number', 'text']),
  /** Rows without a value. */
  missing: z.int(),
  /** Different texts; null for numbers. */
  distinct: z.int().nullable(),
  least: number,
  mean: number,
  greatest: number,
  /** The most frequent texts. */
  frequent: z.array(z.object({ text: z.string(), rows: z.int() })),
})
export type ColumnSummary = z.infer<typeof columnSummary>

const dataSummarySchema = z.object({
  rows: z.int(),
  columnCount: z.int(),
  columnsWithMissing: z.int(),
  /** The target first, then the features in the dataset's order, as many as a page can hold. */
  columns: z.array(columnSummary),
  /** Sentences on what looks wrong with the data. */
  findings: z.array(z.string()),
})
export type DataSummary = z.infer<typeof dataSummarySchema>

const classSummary = z.object({
  label: z.string(),
  trainRows: z.int(),
  testRows: z.int(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
})

const curve = z.object({
  label: z.string(),
  /** False positive rate across, true positive rate up. */
  roc: z.object({ x: numbers, y: numbers, area: z.number() }),
  /** Recall across, precision up. */
  precisionRecall: z.object({ x: numbers, y: numbers, average: z.number() }),
})
export type Curve = z.infer<typeof curve>

/** How a classifier did on the test rows. Lists are cut to what a page can hold; the counts beside them are whole. */
const evaluationSummarySchema = z.object({
  testRows: z.int(),
  /** Who always answers with the most frequent class of the training rows is right in this share of the test rows. */
  baseline: z.object({ label: z.string(), accuracy: z.number() }),
  classCount: z.int(),
  classes: z.array(classSummary),
  /** counts[i][j]: rows of class i predicted as class j. With `others`, the last class is all that are not named. */
  confusion: z.object({ labels: z.array(z.string()), others: z.boolean(), counts: z.array(numbers) }),
  mistakes: z.array(z.object({ actual: z.string(), predicted: z.string(), rows: z.int() })),
  /** How many pairs of classes were taken for one another. */
  mistakeCount: z.int(),
  curves: z.object({
    score: z.enum(['probability', 'decision']),
    /** Test rows that they are drawn from. */
    rows: z.int(),
    of: z.array(curve),
  }),
  /** Absent where the model has no probabilities. `of` is a class, or null for the class that was predicted. */
  calibration: z
    .object({
      of: z.string().nullable(),
      rows: z.int(),
      points: z.array(z.object({ predicted: z.number(), observed: z.number(), rows: z.int() })),
    })
    .optional(),
})
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>

/** How a regressor did on the test rows, in the target's own unit. A figure that no double holds is null. */
const regressionSummarySchema = z.object({
  testRows: z.int(),
  /** Who always answers with the mean of the training rows is off by this on the test rows. */
  baseline: z.object({ value: number, rootMeanSquaredError: number }),
  /** Test rows that can be drawn, as many as a page can hold. */
  points: z.object({ actual: numbers, predicted: numbers }),
  /** Test rows by the size of their actual number, ascending. An error is the predicted less the actual number. */
  bySize: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      rows: z.int(),
      meanError: number,
      meanAbsoluteError: number,
      medianAbsoluteError: number,
    }),
  ),
})
export type RegressionSummary = z.infer<typeof regressionSummarySchema>

const importancesSchema = z.object({
  method: z.enum(['gain', 'coefficients', 'permutation']),
  /** Largest first. Empty where they were too costly to find. */
  features: z.array(z.object({ name: z.string(), value: z.number() })),
  featureCount: z.int(),
  /** permutation: the test rows that were used, and what was lost on them. */
  rows: z.int().optional(),
  score: z.enum(['probability', 'accuracy', 'r2']).optional(),
})
export type Importances = z.infer<typeof importancesSchema>

/** A decision tree's nodes, the root first. */
const smallTreeSchema = z.array(
  z.object({
    /** Training rows. */
    rows: z.int(),
    /** A class; of a regression, the number that is predicted. */
    label: z.string(),
    /** Of the node's weight that belongs to the class `label`; not of a regression. */
    share: z.number().optional(),
    /** The question that a row answers here, and the nodes that it goes to; absent at a leaf. */
    split: z.object({ question: z.string(), yes: z.int(), no: z.int() }).optional(),
  }),
)
export type SmallTree = z.infer<typeof smallTreeSchema>

/**
 * `models/{model_id}/report.json`: what the report shows and the manifest does not have. Follows from the job alone (no
 * clock, no measured time), so that two attempts write the same bytes, and stays small however large the job.
 */
export const reportDataSchema = z.object({
  format: z.literal('tensorfleet-report/1'),
  data: dataSummarySchema,
  evaluation: z.union([evaluationSummarySchema, regressionSummarySchema]),
  importances: importancesSchema,
  tree: smallTreeSchema.optional(),
})
export type ReportData = z.infer<typeof reportDataSchema>
