import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { asWritten, COUNT_OR_SHARE } from '../../shared/algorithms/count-or-share.ts'
import { jobAlgorithmNames } from '../../shared/algorithms/names.ts'
import type { DateColumns } from '../../shared/data/dates.ts'
import { type Encoding, encodings } from '../../shared/data/fit-features.ts'
import {
  type CrossValidationOptions,
  checkCrossValidation,
  crossValidationOptions,
  parseCrossValidation,
} from '../../shared/data/split/cross-validation.ts'
import type { SplitOptions } from '../../shared/data/split/options.ts'
import { tasks } from '../../shared/data/task.ts'
import { samples } from '../../shared/datasets/samples/index.ts'
import { closestMatch } from '../../shared/errors/closest-match.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { computes } from '../../shared/jobs/message.ts'
import { datasetKey } from '../../shared/storage/keys.ts'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { autoFields, budgetOption, metricOption, parallelOption } from '../auto-options.ts'
import { type Connection, withConnection } from '../connect.ts'
import { csvOption } from '../csv-option.ts'
import { keyAndValue } from '../key-and-value.ts'
import { searchFields, searchOption } from '../search-options.ts'
import { sendJob } from '../send-job.ts'
import { columnOption, dateOption, splitOption, weightOption } from '../split-options.ts'
import { UsageError } from '../usage-error.ts'

type Options = {
  algorithm: string
  target?: string
  task?: string
  name?: string
  param: Record<string, unknown>
  feature?: string[]
  drop?: string[]
  split?: SplitOptions
  search?: Record<string, unknown>
  searchOptions?: string
  budget?: number
  metric?: string
  parallel?: number
  cv?: CrossValidationOptions
  date?: DateColumns
  sampleWeight?: string
  encoding?: Encoding
  compute?: string
  csv?: CsvOptions
  wait: boolean
  json?: boolean
}

const examples = `
Examples:
  $ tensorfleet train iris -a random_forest
  $ tensorfleet train data.csv --algorithm auto --budget 120
  $ tensorfleet train diabetes -a linear_regression --param penalty=l2
  $ tensorfleet train data.csv -a svm --target label --param C=10 --param kernel=poly
  $ tensorfleet train data.csv -a random_forest --drop id --split test_size=0.25 --split stratify=true
  $ tensorfleet train wine -a svm --cv 5
  $ tensorfleet train wine -a random_forest --search n_estimators=50,200 --search max_depth=4,8,null --cv 5
  $ tensorfleet train wine -a svm --search 'C={"log_uniform": [0.01, 100]}' --search-options '{"method": "random", "n_trials": 20}'
  $ tensorfleet train s3://my-bucket/data.csv -a dnn --param epochs=20 --json`

export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train a model on a CSV or Parquet file, an object in S3, or a dataset of the registry')
    .argument(
      '<data>',
      'FILE, s3://bucket/key, or a dataset’s name (iris, wine and diabetes come with the worker)',
    )
    .requiredOption('-a, --algorithm <name>', `one of ${jobAlgorithmNames.join(', ')}`, algorithm)
    .option('-t, --target <column>', 'the column to predict (default: the last one)')
    .addOption(
      new Option('--task <task>', 'what to learn (default: regression for numbers with fractions)').choices(
        tasks,
      ),
    )
    .option('-n, --name <name>', 'the model’s name (default: made from job, algorithm and dataset)')
    .addOption(
      new Option(
        '-p, --param <k=v>',
        'a hyperparameter, by its scikit-learn or Keras name; may be given again',
      )
        .argParser(param)
        .default({}, 'none'),
    )
    .addOption(columnOption('--feature', 'a column that is a feature (default: all but the target)'))
    .addOption(columnOption('--drop', 'a column to leave out'))
    .addOption(splitOption())
    .addOption(
      new Option(
        '--cv <folds>',
        'cross-validate with so many folds of the training rows; or JSON: \'{"folds": 5, "shuffle": true}\'',
      ).argParser(crossValidation),
    )
    .addOption(searchOption())
    .addOption(
      new Option(
        '--search-options <json>',
        'more of the search: method, n_trials, metric, seed, time_budget_seconds, patience, max_parallel',
      ),
    )
    .addOption(budgetOption())
    .addOption(metricOption())
    .addOption(parallelOption())
    .addOption(dateOption())
    .addOption(weightOption())
    .addOption(new Option('--encoding <name>', 'how text columns become numbers').choices([...encodings]))
    .addOption(csvOption())
    .addOption(
      new Option('--compute <where>', 'where it runs (default: where it fits)').choices([...computes]),
    )
    .option('--no-wait', 'return when the job is queued')
    .option('--json', 'print the result object and nothing else')
    .addHelpText('after', examples)
    .action((data: string, options: Options) =>
      withConnection(program, options.wait, async (connection) => {
        const job = {
          job_id: randomUUID(),
          algorithm: options.algorithm,
          dataset_path: await datasetPath(connection, data),
          ...(options.target === undefined ? {} : { target_column: options.target }),
          ...(options.task === undefined ? {} : { task: options.task }),
          ...(options.name === undefined ? {} : { model_name: options.name }),
          hyperparameters: options.param,
          ...(options.feature === undefined ? {} : { feature_columns: options.feature }),
          ...(options.drop === undefined ? {} : { drop_columns: options.drop }),
          ...(options.date === undefined ? {} : { date_columns: options.date }),
          ...(options.sampleWeight === undefined ? {} : { sample_weight_column: options.sampleWeight }),
          ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
          ...(options.split === undefined ? {} : { split: await withTestFile(connection, options.split) }),
          ...searchFields(options),
          ...autoFields(options),
          ...(options.cv === undefined ? {} : { cv: options.cv }),
          ...(options.compute === undefined ? {} : { compute: options.compute }),
          ...(options.csv === undefined ? {} : { csv: options.csv }),
        }
        await sendJob(connection, JSON.stringify(job), { wait: options.wait, json: options.json === true })
      }),
    )
}

/** The options with a local file of test rows put into the bucket. */
async function withTestFile(connection: Connection, split: SplitOptions): Promise<SplitOptions> {
  const { test_dataset_path: path } = split
  return path ? { ...split, test_dataset_path: await datasetPath(connection, path) } : split
}

function algorithm(given: string): string {
  if (jobAlgorithmNames.some((name) => name === given)) return given
  const close = closestMatch(given, jobAlgorithmNames)
  throw new InvalidArgumentError(
    `${close === undefined ? '' : `Did you mean ${close}? `}It is one of ${jobAlgorithmNames.join(', ')}.`,
  )
}

function crossValidation(given: string): CrossValidationOptions {
  try {
    const value: unknown = JSON.parse(given)
    parseCrossValidation(value)
    const options = crossValidationOptions.parse(value)
    checkCrossValidation(options)
    return options
  } catch (error) {
    if (error instanceof JobError) throw new InvalidArgumentError(error.message)
    throw new InvalidArgumentError(
      'It is a whole number of folds from 2 to 100, or JSON such as {"folds": 5, "shuffle": true}.',
    )
  }
}

function param(given: string, earlier: Record<string, unknown>): Record<string, unknown> {
  const [name, value, text] = keyAndValue(given, 'C=0.5')
  const isSpelt = typeof value === 'number' && COUNT_OR_SHARE.includes(name)
  return { ...earlier, [name]: isSpelt ? asWritten(value, text) : value }
}

/** Where the worker finds the data. A local file is put into the bucket, under its content's hash. */
async function datasetPath(connection: Connection, data: string): Promise<string> {
  if (data.startsWith('s3://')) return data
  if (existsSync(data) && statSync(data).isFile()) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(data), hash)
    const key = datasetKey(`${hash.digest('hex').slice(0, 16)}/${basename(data)}`)
    if (!(await connection.bucket.exists(key))) {
      await connection.bucket.upload(key, data)
    }
    return `s3://${connection.bucket.name}/${key}`
  }
  if (/[/\\]|\.(csv|gz|parquet)$/i.test(data)) {
    throw new UsageError(`There is no file ${data}. (For an object in S3 write s3://bucket/key.)`)
  }
  const isSample = samples.some(({ name }) => name === data)
  if (isSample && connection.isLocal) {
    // The command that started the stack may not have seeded the samples yet.
    const { seedDatasets } = await import('../../shared/datasets/seed.ts')
    await seedDatasets({ bucket: connection.bucket, registry: await connection.registry() })
  }
  return data
}
