/**
 * `tensorfleet predict` on a file of a million rows, beside pandas and scikit-learn with the same model: the time of
 * the predictions alone (scaling included), and of the whole file from its bytes to its labels; and the most memory
 * that the process held for a tenth of the file and for all of it.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { estimatorFor } from '../shared/algorithms/index.ts'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import { writeModelFile } from '../shared/artifact/model-file.ts'
import { prepare } from '../shared/data/prepare.ts'
import { readTable } from '../shared/tabular/read-table.ts'
import { madeUp } from './made-up.ts'
import { markdownTable, ratio } from './markdown-table.ts'
import { type OursRunner, runPeer } from './runners.ts'

const ROWS = 1_000_000
const COLUMNS = 20

const predicted = z.object({
  /** Seconds that the predictions took alone, and from the file's bytes to its labels. */
  predict: z.number(),
  whole: z.number(),
  /** Rows of each class. */
  counts: z.array(z.number()),
  /** MiB. */
  peak: z.number(),
})
export type Predicted = z.infer<typeof predicted>

/** Prints a table. Without Python, ours alone. */
export async function measurePredict(
  runner: OursRunner,
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
    const printRow = markdownTable(
      [
        'model',
        'predict: ours, s',
        'peer, s',
        'ratio',
        'rows a second',
        'file to labels: ours, s',
        'peer, s',
        'MiB: 100,000 rows',
        '1,000,000 rows',
        'peer',
        'same labels',
      ],
      print,
    )
    for (const algorithm of ['logistic_regression', 'random_forest'] as const) {
      const model = join(folder, `${algorithm}.json`)
      await writeFile(model, await trained(algorithm, train))
      const small = predicted.parse(await runner.run('predict', model, tenth))
      const ours = predicted.parse(await runner.run('predict', model, whole))
      const peer =
        python === undefined
          ? undefined
          : predicted.parse(await runPeer(python, 'predict.py', algorithm, train, whole))
      printRow([
        algorithm,
        ours.predict.toFixed(2),
        peer?.predict.toFixed(2),
        ratio(ours.predict, peer?.predict),
        Math.round(ROWS / ours.predict),
        ours.whole.toFixed(2),
        peer?.whole.toFixed(2),
        small.peak.toFixed(0),
        ours.peak.toFixed(0),
        peer?.peak.toFixed(0),
        peer && (String(ours.counts) === String(peer.counts) ? 'yes' : 'NO'),
      ])
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function trained(algorithm: AlgorithmName, path: string): Promise<Iterable<Buffer>> {
  const { table } = await readTable(path)
  const entry = estimatorFor(algorithm, 'classification')
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
