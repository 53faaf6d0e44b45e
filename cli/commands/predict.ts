import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Command } from 'commander'
import { classLabel, hasClasses } from '../../shared/data/preparation.ts'
import type { UnknownValues } from '../../shared/data/unknown-values.ts'
import { openStoredModel } from '../../shared/models/open-stored-model.ts'
import {
  labelsOf,
  MODEL_FILE,
  type OpenModel,
  openModel,
  type PredictedBatch,
  predictBatches,
  predictFile,
  wantedColumns,
} from '../../shared/models/predict.ts'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { readChunks } from '../../shared/tabular/read-batches.ts'
import { withConnection } from '../connect.ts'
import { csvOption } from '../csv-option.ts'
import { MODEL, modelId } from '../model-id.ts'
import { checkOutput, writeTo } from '../output-file.ts'
import { strictRefusal, unknownReport } from '../unknown-report.ts'
import { UsageError } from '../usage-error.ts'

type Options = { out?: string; proba?: boolean; json?: boolean; strict?: boolean; csv?: CsvOptions }

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('predict the rows of a data file with a trained model')
    .argument('<model>', `${MODEL}; or the path of a folder that download wrote`)
    .argument(
      '<data>',
      'CSV or JSON, also compressed (gzip, zstd, bzip2, xz), or Parquet; - reads CSV or JSON from stdin',
    )
    .option('--out <file>', 'write there instead of to stdout; a name that ends in .jsonl gets JSON lines')
    .option('--proba', 'add the probability of each class')
    .addOption(csvOption())
    .option('--json', 'JSON lines instead of CSV; with --out, a summary in JSON')
    .option('--strict', 'refuse rows with values that training did not have, and write nothing')
    .addHelpText(
      'after',
      `
Columns are found by name; others than the model's are passed over. The order of the rows stays.
Categories that training never saw, missing values where it had none, and numbers out of its range are reported on stderr.

Examples:
  $ tensorfleet predict DefaultJob_random_forest_iris new.csv
  $ tensorfleet predict churn@champion customers.parquet --proba --out predictions.csv
  $ tensorfleet download churn ./model && tensorfleet predict ./model - < customers.csv`,
    )
    .action(async (name: string, data: string, options: Options) => {
      if (data !== '-') await checkFile(data)
      const path = await localPath(name)
      await checkOutput(data, options.out, path === undefined ? [] : filesOf(path))
      if (path !== undefined) {
        // Ends by the event `exit`, at which the unfinished output is deleted.
        const interrupt = () => process.exit(130)
        process.once('SIGINT', interrupt)
        return predict(await openModel(path), data, options).finally(() => process.off('SIGINT', interrupt))
      }
      await withConnection(program, false, async (connection) => {
        const id = await modelId(connection, name)
        await predict(await openStoredModel(connection.bucket, id), data, options)
      })
    })
}

/**
 * The text, if it looks like a path and the path exists; else undefined. A model's name may look like a path: the
 * prefix `name:` marks it as a name.
 */
async function localPath(model: string): Promise<string | undefined> {
  if (model.startsWith('name:') || !/[/\\]|^\.|\.json$/.test(model)) return undefined
  const found = await stat(model).catch(() => undefined)
  if (found !== undefined) return model
  if (/^\.{0,2}[/\\]|^\.{1,2}$|^[A-Za-z]:[/\\]/.test(model))
    throw new UsageError(`There is no model at ${model}: name a folder that download wrote.`)
  return undefined
}

function filesOf(model: string): string[] {
  const folder = model.endsWith('.json') ? dirname(model) : model
  return [MODEL_FILE, 'manifest.json'].map((name) => join(folder, name))
}

async function checkFile(data: string): Promise<void> {
  const found = await stat(data).catch(() => undefined)
  if (!found?.isFile()) throw new UsageError(`There is no file ${data} to predict.`)
}

async function predict(model: OpenModel, data: string, options: Options): Promise<void> {
  const { out, proba = false, json = false, strict = false } = options
  const asLines = out === undefined ? json : /\.(jsonl|ndjson)$/.test(out)
  const reading = { csv: options.csv, warn: (text: string) => process.stderr.write(`Note: ${text}\n`) }
  const threads = availableParallelism()
  const batches =
    data === '-'
      ? predictBatches(
          model,
          readChunks(process.stdin, wantedColumns(model), { ...reading, kept: model.manifest.dataset.csv }),
          threads,
        )
      : predictFile(model, data, { ...reading, threads })
  const format = asLines ? jsonLines(model, proba) : csv(model, proba)
  const begun = performance.now()
  const { features } = model.preparation
  const { rows, unknown } = await writeTo(out, strict, async (to) => {
    const written = await writeAll(batches, format, to)
    const refusal = strict ? strictRefusal(features, written.unknown, written.rows) : undefined
    if (refusal !== undefined) throw new Error(refusal)
    return written
  })
  process.stderr.write(unknownReport(features, unknown, rows))
  if (out === undefined) return
  const seconds = (performance.now() - begun) / 1000
  const { model_id, model_name, version } = model.manifest
  process.stdout.write(
    json
      ? `${JSON.stringify({ model_id, model_name, version, rows, out, seconds, unknown })}\n`
      : `${rows} rows predicted by ${model_name} ${version} in ${seconds.toFixed(1)} s: ${out}\n`,
  )
}

type Written = { readonly rows: number; readonly unknown: readonly UnknownValues[] }

type Format = { readonly head: string; text(batch: PredictedBatch): string }

async function writeAll(
  batches: AsyncIterable<PredictedBatch>,
  format: Format,
  to: Writable,
): Promise<Written> {
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  // tensorfleet.js ends the process when the reader of stdout has closed it, as `head` does.
  if (to !== process.stdout) to.once('error', failure.reject)
  const begun = performance.now()
  let told = begun
  let rows = 0
  let unknown: Written['unknown'] = []
  let text = format.head
  for await (const batch of batches) {
    text += format.text(batch)
    unknown = batch.unknownSoFar
    rows += batch.rows
    if (!to.write(text)) {
      await Promise.race([new Promise((resolve) => to.once('drain', resolve)), failure.promise])
    }
    text = ''
    if (process.stderr.isTTY && performance.now() - told > 2000) {
      told = performance.now()
      process.stderr.write(`\r${rows} rows, ${Math.round(rows / ((told - begun) / 1000))} a second`)
    }
  }
  if (told !== begun) process.stderr.write('\n')
  if (text !== '') to.write(text)
  return { rows, unknown }
}

function csv({ preparation: { target } }: OpenModel, proba: boolean): Format {
  const classes = classNames(target, proba)
  const cells = new Map(
    hasClasses(target) ? labelsOf(target).map((label, k) => [label, cell(classes[k])]) : [],
  )
  const header = [target.name, ...(proba ? classes.map((name) => `probability_${name}`) : [])]
  return {
    head: `${header.map(cell).join(',')}\n`,
    text({ labels, probabilities }) {
      let lines = ''
      labels.forEach((label, i) => {
        lines += cells.get(label) ?? label
        for (const p of probabilitiesOf(i, classes.length, probabilities, proba)) lines += `,${p}`
        lines += '\n'
      })
      return lines
    },
  }
}

function jsonLines({ preparation: { target } }: OpenModel, proba: boolean): Format {
  const classes = classNames(target, proba)
  return {
    head: '',
    text({ labels, probabilities }) {
      let lines = ''
      labels.forEach((label, i) => {
        const row = probabilitiesOf(i, classes.length, probabilities, proba)
        const all = proba
          ? { probabilities: Object.fromEntries(classes.map((name, k) => [name, row[k]])) }
          : {}
        lines += `${JSON.stringify({ label, ...all })}\n`
      })
      return lines
    },
  }
}

function classNames(target: OpenModel['preparation']['target'], proba: boolean): string[] {
  if (hasClasses(target)) return target.classes.map((_, k) => classLabel(target, k))
  if (proba)
    throw new UsageError('This model predicts numbers, which have no probabilities: leave --proba out.')
  return []
}

function probabilitiesOf(
  row: number,
  classes: number,
  probabilities: Float64Array | undefined,
  wanted: boolean,
): Float64Array {
  if (!wanted) return noProbabilities
  if (probabilities === undefined) {
    throw new UsageError(
      'This svm was trained without probabilities: train it with --param probability=true, or leave --proba out.',
    )
  }
  return probabilities.subarray(row * classes, (row + 1) * classes)
}

const noProbabilities = new Float64Array(0)

/** A CSV field: quoted where it has to be. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
