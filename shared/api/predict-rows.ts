import { hasClasses } from '../data/preparation.ts'
import type { Table } from '../data/table.ts'
import { JobError } from '../errors/job-error.ts'
import { labelsOf, type OpenModel, predictBatches, wantedColumns } from '../models/predict.ts'
import { parseJson } from '../tabular/exact-json.ts'
import { readChunks, recordsTable } from '../tabular/read-batches.ts'
import { ApiError } from './problem.ts'
import { type Prediction, predictionBody } from './schemas.ts'

/** Predicts the rows of a request's body, in their order. Throws JobError for rows that the model cannot take. */
export async function predictRows(
  model: OpenModel,
  body: Buffer,
  isCsv: boolean,
  withProbabilities: boolean,
): Promise<Prediction> {
  const { manifest } = model
  const { target } = model.preparation
  const classes = hasClasses(target) ? labelsOf(target) : []
  const answer: Prediction = {
    model_id: manifest.model_id,
    model_name: manifest.model_name,
    version: manifest.version,
    predictions: [],
    unknown: [],
  }
  const probabilities: number[][] = []
  let hasProbabilities = withProbabilities
  const tables = isCsv
    ? readChunks(chunksOf(body), wantedColumns(model), { kept: manifest.dataset.csv })
    : tableOf(body, model)
  for await (const batch of predictBatches(model, tables)) {
    for (const label of batch.labels) answer.predictions.push(label)
    hasProbabilities &&= batch.probabilities !== undefined
    if (hasProbabilities) probabilities.push(...rowsOf(batch.probabilities, classes.length))
    answer.unknown = batch.unknownSoFar.map((found) => ({ ...found }))
  }
  return hasProbabilities ? { ...answer, classes, probabilities } : answer
}

/** JSON: `{"rows": [{…}, …]}`. */
async function* tableOf(body: Buffer, model: OpenModel): AsyncGenerator<Table> {
  const { rows } = readRows(body)
  if (rows.length > 0) yield await recordsTable(rows, wantedColumns(model))
}

function readRows(body: Buffer) {
  let given: unknown
  try {
    given = parseJson(body.toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new ApiError('bad_request', `The body is not JSON: ${error.message}.`)
  }
  const parsed = predictionBody.safeParse(given)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]
  throw new ApiError(
    'bad_request',
    `The body is not a list of rows (${[...path, message].join(': ')}): send {"rows": [{"column": value, …}, …]}.`,
  )
}

async function* chunksOf(body: Buffer): AsyncGenerator<Buffer> {
  if (body.length === 0) throw new JobError('dataset_empty', 'The body has no rows: send a header and rows.')
  yield body
}

function rowsOf(probabilities: Float64Array | undefined, classes: number): number[][] {
  if (probabilities === undefined) return []
  return Array.from({ length: probabilities.length / classes }, (_, i) =>
    Array.from(probabilities.subarray(i * classes, (i + 1) * classes)),
  )
}
