/**
 * `tensorfleet predict` on a file of a million rows, beside pandas and scikit-learn with the same model: the time of
 * the predictions alone (scaling included), and of the whole file from its bytes to its labels; and the most memory
 * that the process held for a tenth of the file and for all of it.
 *
 *   node bench/predict.ts [PYTHON]
 */
import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { algorithms } from '../shared/algorithms/index.ts'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import { readModelFile, writeModelFile } from '../shared/artifact/model-file.ts'
import { prepare } from '../shared/data/prepare.ts'
import { readBatches } from '../shared/tabular/read-batches.ts'
import { readTable } from '../shared/tabular/read-table.ts'
import { madeUp } from './made-up.ts'

const ROWS = 1_000_000
const COLUMNS = 20

const outcome = z.object({
  read: z.number(),
  predict: z.number(),
  counts: z.array(z.number()),
  peak: z.number(),
})

if (process.argv[2] === '--predict') await predictOnce(process.argv[3], process.argv[4])
else if (import.meta.main) await measurePredict(process.argv[2], console.log)

/** Predicts a file with a stored model, in this process, and prints what it took. */
async function predictOnce(model: string, data: string): Promise<void> {
  const predictor = await readModelFile(await readFile(model, 'utf8'))
  const { features, target } = predictor.preparation
  const counts: number[] = target.classes.map(() => 0)
  let predict = 0
  const begun = performance.now()
  for await (const table of readBatches(data, features)) {
    const before = performance.now()
    const { classes } = predictor.predict(table)
    predict += performance.now() - before
    for (const k of classes) counts[k]++
  }
  const all = performance.now() - begun
  const peak = process.resourceUsage().maxRSS / 1024
  console.log(JSON.stringify({ read: (all - predict) / 1000, predict: predict / 1000, counts, peak }))
}

/** Prints a table in Markdown. Without Python, ours alone. */
export async function measurePredict(
  python: string | undefined,
  print: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const [train, tenth, whole] = [
      join(folder, 'train.csv'),
      join(folder, 'tenth.csv'),
      join(folder, 'whole.csv'),
    ]
    await writeCsv(train, 20_000, true)
    await writeCsv(tenth, ROWS / 10, false)
    await writeCsv(whole, ROWS, false)
    print(
      '| model | predict: ours, s | peer, s | ratio | rows a second | file to labels: ours, s | peer, s | MiB: 100,000 rows | 1,000,000 rows | peer | same labels |',
    )
    print('|---|---|---|---|---|---|---|---|---|---|---|')
    for (const algorithm of ['logistic_regression', 'random_forest'] as const) {
      const model = join(folder, `${algorithm}.json`)
      await writeFile(model, await trained(algorithm, train))
      const run = (command: string, args: string[]) =>
        outcome.parse(JSON.parse(execFileSync(command, args, { encoding: 'utf8' })))
      const small = run(process.execPath, [import.meta.filename, '--predict', model, tenth])
      const ours = run(process.execPath, [import.meta.filename, '--predict', model, whole])
      const peer =
        python === undefined
          ? undefined
          : run(python, [join(import.meta.dirname, 'peers', 'predict.py'), algorithm, train, whole])
      const cells = [
        algorithm,
        ours.predict.toFixed(2),
        peer?.predict.toFixed(2) ?? '',
        peer === undefined ? '' : (ours.predict / peer.predict).toFixed(2),
        Math.round(ROWS / ours.predict),
        (ours.read + ours.predict).toFixed(2),
        peer === undefined ? '' : (peer.read + peer.predict).toFixed(2),
        small.peak.toFixed(0),
        ours.peak.toFixed(0),
        peer?.peak.toFixed(0) ?? '',
        peer === undefined ? '' : String(ours.counts) === String(peer.counts) ? 'yes' : 'NO',
      ]
      print(`| ${cells.join(' | ')} |`)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function trained(algorithm: AlgorithmName, path: string): Promise<string> {
  const { table } = await readTable(path)
  const entry = algorithms[algorithm]
  const { preparation, train, test } = prepare(table, { target: 'target', keepMissing: entry.acceptsMissing })
  const data = {
    ...train,
    classCount: preparation.target.classes.length,
    featureNames: preparation.features.map(({ name }) => name),
    validation: test,
  }
  const fit = await entry.trainer({}).fit(data, { threads: 2, step: async () => 'continue' })
  if (fit.status !== 'done') throw new Error('The fit paused.')
  return writeModelFile(algorithm, preparation, fit.model.model)
}

async function writeCsv(path: string, rows: number, withTarget: boolean): Promise<void> {
  const { features, target, featureNames } = madeUp(rows, COLUMNS)
  const lines = function* () {
    yield `${[...featureNames, ...(withTarget ? ['target'] : [])].join(',')}\n`
    for (let from = 0; from < rows; from += 1000) {
      let block = ''
      for (let i = from; i < from + 1000; i++) {
        for (let j = 0; j < COLUMNS; j++) {
          block += `${j === 0 ? '' : ','}${features.values[j * rows + i].toFixed(6)}`
        }
        block += withTarget ? `,${target[i]}\n` : '\n'
      }
      yield block
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path))
}
