/** What a job trains on: its dataset, or two, and the columns that its message asks for. */
import { join } from 'node:path'
import { appendTable } from '../data/append-table.ts'
import { checkDropped, chooseColumns } from '../data/choose-columns.ts'
import { foldColumns } from '../data/split/cross-validation.ts'
import { splitColumns } from '../data/split/options.ts'
import type { OwnedTable } from '../data/table.ts'
import { type FetchedDataset, fetchDataset } from '../datasets/fetch-dataset.ts'
import { type LoadedTable, loadDataset } from '../datasets/load-dataset.ts'
import { haveSameRows, nameTargetAsWanted } from '../datasets/samples/renamed-targets.ts'
import { pinDataset } from '../job-store/dataset-pin.ts'
import { crossValidationOf, datasetName, type JobMessage } from '../jobs/message.ts'
import type { TrainedModel } from '../models/store-model.ts'
import { type Limits, limitsFor } from '../tabular/limits.ts'
import type { JobContext } from './job-context.ts'

type Dataset = FetchedDataset & LoadedTable

/** What a job trains on, downloaded and not yet read. */
export type FetchedJobData = { readonly dataset: FetchedDataset; readonly test?: FetchedDataset }

export type JobData = {
  readonly dataset: Dataset
  /** The test rows, where they have a dataset of their own. */
  readonly test?: Dataset
  /** For the manifest. */
  readonly origin: Omit<TrainedModel['dataset'], 'train_rows' | 'test_rows'>
  /** That another dataset was taken than the message names. */
  readonly substitutions: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Downloads what a job trains on, and pins the job to it.
 *
 * @param folder of temporary files.
 * @param limits of a file.
 * @throws JobError for a dataset that is not there, or has changed since the job's first attempt.
 */
export async function fetchJobData(
  message: JobMessage,
  context: JobContext,
  folder: string,
  limits: Limits,
): Promise<FetchedJobData> {
  checkDropped(message, helpingColumns(message))
  const sources = { ...context, limits, timeLeftMs: context.remainingMs }
  const fetch = (path: string, name: string) =>
    fetchDataset(path, datasetName(path), sources, join(folder, name))
  const dataset = await fetch(message.dataset_path, 'dataset')
  const testPath = message.split?.test_dataset_path
  const test = testPath ? await fetch(testPath, 'test-dataset') : undefined
  const pin = { ...identity(dataset), ...(test !== undefined && { test: identity(test) }) }
  await pinDataset(context.bucket, message.job_id, pin, haveSameRows)
  return { dataset, ...(test !== undefined && { test }) }
}

/**
 * Reads what a job trains on into memory.
 *
 * @throws JobError for a dataset that cannot be read, or does not fit.
 */
export async function readJobData(
  message: JobMessage,
  { dataset, test }: FetchedJobData,
  { memoryBytes, threads }: JobContext,
  folder: string,
): Promise<JobData> {
  const how = { limits: limitsFor(memoryBytes), threads, csv: message.csv }
  const read = async (fetched: FetchedDataset, name: string): Promise<Dataset> => {
    const loaded = await loadDataset(fetched, how, join(folder, name))
    nameTargetAsWanted(loaded.table.columns, fetched.sha256, namedColumns(message))
    return { ...fetched, ...loaded }
  }
  const first = await read(dataset, 'table')
  return jobData(message, first, test && (await read(test, 'test-table')))
}

/** The data with what the result and the manifest say of them. */
export function jobData(message: JobMessage, dataset: Dataset, test?: Dataset): JobData {
  const testPath = message.split?.test_dataset_path
  const all = test === undefined ? [dataset] : [dataset, test]
  return {
    dataset,
    ...(test !== undefined && { test }),
    origin: {
      path: message.dataset_path,
      name: datasetName(message.dataset_path),
      ...identity(dataset),
      rows: dataset.table.rows,
      columns: dataset.table.columns.length,
      ...(dataset.csv && { csv: dataset.csv }),
      ...(message.split && { split: message.split }),
      ...(message.cv && { cv: message.cv }),
      ...(testPath && test && { test: { path: testPath, ...identity(test), rows: test.table.rows } }),
      ...(message.feature_columns && { feature_columns: message.feature_columns }),
      ...(message.date_columns && { date_columns: message.date_columns }),
      ...(message.sample_weight_column && { sample_weight_column: message.sample_weight_column }),
      ...(message.encoding && { encoding: message.encoding }),
      ...(message.drop_columns && { drop_columns: message.drop_columns }),
    },
    substitutions: all.flatMap(({ substitution = [] }) => substitution),
    warnings: all.flatMap(({ warnings }) => warnings),
  }
}

/** The columns that the message names. */
function namedColumns(message: JobMessage): string[] {
  const { target_column, feature_columns, drop_columns } = message
  const named = [
    target_column,
    ...(feature_columns ?? []),
    ...(drop_columns ?? []),
    ...helpingColumns(message),
  ]
  return named.filter((name) => typeof name === 'string')
}

function identity({ source, sha256 }: FetchedDataset): { source: string; sha256: string } {
  return { source, sha256 }
}

/**
 * One table with the columns that the message asks for. The datasets' own tables lose their columns.
 *
 * @returns with it, where the test rows have a dataset of their own, the row at which they begin.
 * @throws JobError for columns that the datasets do not have.
 */
export function selectJobData(
  message: JobMessage,
  { dataset, test }: JobData,
): { table: OwnedTable; testFrom?: number } {
  const { table } = dataset
  chooseColumns(table.columns, message, helpingColumns(message))
  if (test === undefined) return { table }
  const testFrom = table.rows
  return { table: appendTable(table, test.table, 'The test dataset'), testFrom }
}

/** Columns that split or weigh the rows. */
const helpingColumns = (message: JobMessage) => [
  ...splitColumns(message.split),
  ...foldColumns(crossValidationOf(message)),
  ...(message.sample_weight_column ? [message.sample_weight_column] : []),
]
