import { z } from 'zod'
import type { Prediction } from '../algorithms/algorithm.ts'
import type { AnyRestored } from '../algorithms/descriptor.ts'
import { anyEstimatorFor } from '../algorithms/index.ts'
import { type AlgorithmName, algorithmNames } from '../algorithms/names.ts'
import { type EncodedRows, rowEncoder } from '../data/apply-preparation.ts'
import { hasClasses, type Preparation, preparationSchema } from '../data/preparation.ts'
import type { Table } from '../data/table.ts'
import type { Task } from '../data/task.ts'
import type { ColumnTally } from '../data/unknown-values.ts'
import { JobError } from '../errors/job-error.ts'
import { fromJson, writeJson } from './plain-json.ts'

const modelFile = z.object({
  format: z.literal('tensorfleet-model/1'),
  algorithm: z.enum(algorithmNames),
  preparation: preparationSchema,
  model: z.unknown(),
})

/** As many characters as a text can have. */
const MAX_LENGTH = 2 ** 29 - 24

/**
 * `model.json`, in pieces that are made while they are taken: all that is needed to predict from raw rows. Data only, never
 * code.
 *
 * @throws JobError for a model that one text cannot hold.
 */
export function writeModelFile(
  algorithm: AlgorithmName,
  preparation: Preparation<Task>,
  model: unknown,
): Iterable<Buffer> {
  const { length, pieces } = writeJson({ format: 'tensorfleet-model/1', algorithm, preparation, model })
  if (length <= MAX_LENGTH) return pieces
  throw new JobError(
    'model_too_large',
    'The trained model is larger than 380 MB, which is the most that can be stored: ask for a smaller one (fewer or smaller trees, for example max_depth or min_samples_leaf), or send fewer rows.',
  )
}

export type Predictor = {
  readonly preparation: Preparation<Task>
  /** The model, which predicts prepared rows. */
  readonly model: AnyRestored
  /** Prepares raw rows; throws as `predict` does. */
  prepare(table: Table, rowsBefore?: number): EncodedRows
  /**
   * Predicts raw rows, and counts per feature what the model does not know. Throws JobError when a column is missing or of
   * the wrong kind.
   *
   * @param rowsBefore data rows before the table, for the error.
   */
  predict(table: Table, rowsBefore?: number): Prediction<Task> & { readonly tallies: readonly ColumnTally[] }
}

/** Reads `model.json`. Throws JobError (model_damaged) if the file is not a model. */
export async function readModelFile(text: string): Promise<Predictor> {
  let data: unknown
  try {
    data = fromJson(text)
  } catch (error) {
    throw new JobError('model_damaged', 'The model file is not JSON: download it again.', { cause: error })
  }
  const parsed = modelFile.safeParse(data)
  if (!parsed.success) {
    throw new JobError(
      'model_damaged',
      `The model file is damaged at ${parsed.error.issues[0].path.join('.')}: download it again.`,
    )
  }
  const { algorithm, preparation, model } = parsed.data
  const task = hasClasses(preparation.target) ? 'classification' : 'regression'
  const restored = await anyEstimatorFor(algorithm, task).restore(model)
  const encode = rowEncoder(preparation)
  return {
    preparation,
    model: restored,
    prepare: encode,
    predict(table, rowsBefore) {
      const { features, tallies } = encode(table, rowsBefore)
      return { ...restored.predict(features), tallies }
    },
  }
}
