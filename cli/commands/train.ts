import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { asWritten, COUNT_OR_SHARE } from '../../shared/algorithms/count-or-share.ts'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { samples } from '../../shared/datasets/samples/index.ts'
import { closestMatch } from '../../shared/errors/closest-match.ts'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { type Connection, withConnection } from '../connect.ts'
import { csvOption } from '../csv-option.ts'
import { sendJob } from '../send-job.ts'
import { UsageError } from '../usage-error.ts'

type Options = {
  algorithm: string
  target?: string
  name?: string
  param: Record<string, unknown>
  csv?: CsvOptions
  wait: boolean
  json?: boolean
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train a model on a CSV or Parquet file, an object in S3, or a dataset of the registry')
    .argument('<data>', 'FILE, s3://bucket/key, or a dataset’s name (iris and wine come with the worker)')
    .requiredOption('-a, --algorithm <name>', `one of ${algorithmNames.join(', ')}`, algorithm)
    .option('-t, --target <column>', 'the column to predict (default: the last one)')
    .option('-n, --name <name>', 'the model’s name (default: made from job, algorithm and dataset)')
    .option(
      '-p, --param <k=v>',
      'a hyperparameter, by its scikit-learn or Keras name; may be given again',
      param,
      {},
    )
    .addOption(csvOption())
    .option('--no-wait', 'return when the job is queued')
    .option('--json', 'print the result object and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet train iris -a random_forest
  $ tensorfleet train data.csv -a svm --target label --param C=10 --param kernel=poly
  $ tensorfleet train s3://my-bucket/data.csv -a dnn --param epochs=20 --json`,
    )
    .action((data: string, options: Options) =>
      withConnection(program, options.wait, async (connection) => {
        const job = {
          job_id: randomUUID(),
          algorithm: options.algorithm,
          dataset_path: await datasetPath(connection, data),
          ...(options.target === undefined ? {} : { target_column: options.target }),
          ...(options.name === undefined ? {} : { model_name: options.name }),
          hyperparameters: options.param,
          ...(options.csv === undefined ? {} : { csv: options.csv }),
        }
        await sendJob(connection, JSON.stringify(job), { wait: options.wait, json: options.json === true })
      }),
    )
}

function algorithm(given: string): string {
  if (algorithmNames.some((name) => name === given)) return given
  const close = closestMatch(given, algorithmNames)
  throw new InvalidArgumentError(
    `${close === undefined ? '' : `Did you mean ${close}? `}It is one of ${algorithmNames.join(', ')}.`,
  )
}

function param(given: string, earlier: Record<string, unknown>): Record<string, unknown> {
  const equals = given.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value, for example C=0.5.')
  const name = given.slice(0, equals)
  const text = given.slice(equals + 1)
  const value = fromText(text)
  const isSpelt = typeof value === 'number' && COUNT_OR_SHARE.includes(name)
  return { ...earlier, [name]: isSpelt ? asWritten(value, text) : value }
}

/** JSON where the text is JSON (numbers, true, null, objects), else the text itself; Python's spellings too. */
function fromText(text: string): unknown {
  const python: Record<string, unknown> = { None: null, True: true, False: false }
  if (Object.hasOwn(python, text)) return python[text]
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Where the worker finds the data. A local file is put into the bucket, under its content's hash. */
async function datasetPath(connection: Connection, data: string): Promise<string> {
  if (data.startsWith('s3://')) return data
  if (existsSync(data) && statSync(data).isFile()) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(data), hash)
    const key = `datasets/${hash.digest('hex').slice(0, 16)}/${basename(data)}`
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
    // Whoever started the stack may not have come so far.
    const { seedDatasets } = await import('../../shared/datasets/seed.ts')
    await seedDatasets({ bucket: connection.bucket, registry: await connection.registry() })
  }
  return data
}
