/** Fits and predictions beside scikit-learn's and Keras'. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FitCase, fitCases, type Measured, measured } from './fit-cases.ts'
import { madeUp, madeUpNumbers, rowMajor } from './made-up.ts'
import { atMost, markdownTable, milliseconds, ratio } from './markdown-table.ts'
import { type OursRunner, runPeer } from './runners.ts'

/** Prints a table of the algorithms that are wanted. Without Python, ours alone. */
export async function measureFits(
  runner: OursRunner,
  python: string | undefined,
  print: (line: string) => void,
  isWanted: (algorithm: string) => boolean,
): Promise<void> {
  const printRow = markdownTable(
    [
      'fit',
      'rows x columns',
      'ours',
      'peer',
      'ratio',
      'target',
      'predict: ours',
      'peer',
      'ratio',
      'accuracy or r²: ours',
      'peer',
      'same model',
    ],
    print,
  )
  for (const fitCase of fitCases.filter(({ algorithm }) => isWanted(algorithm))) {
    const ours = measured.parse(await runner.run('fit', fitCases.indexOf(fitCase)))
    const peer = python === undefined ? undefined : await measurePeer(python, fitCase)
    const { algorithm, task, rows, columns, hyperparameters, targetRatio } = fitCase
    const { epochs, penalty } = hyperparameters
    const more = [
      ...(task === 'regression' && algorithm !== 'linear_regression' ? ['numbers'] : []),
      ...(epochs === undefined ? [] : [`${epochs} epochs`]),
      ...(penalty === undefined ? [] : [`penalty ${penalty}`]),
    ]
    printRow([
      [algorithm, ...more].join(', '),
      `${rows} x ${columns}`,
      milliseconds(ours.fit),
      milliseconds(peer?.fit),
      ratio(ours.fit, peer?.fit),
      atMost(targetRatio),
      milliseconds(ours.predict),
      milliseconds(peer?.predict),
      ratio(ours.predict, peer?.predict),
      ours.score.toFixed(4),
      peer?.score.toFixed(4),
      peer === undefined ? undefined : sameModel(ours, peer),
    ])
  }
}

/** The peer's times on the same rows. */
async function measurePeer(python: string, fitCase: FitCase): Promise<Measured> {
  const { algorithm, task = 'classification', rows, columns, hyperparameters, runs } = fitCase
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const { features, target } = task === 'regression' ? madeUpNumbers(rows, columns) : madeUp(rows, columns)
    await writeFile(join(folder, 'x.bin'), rowMajor(features))
    await writeFile(join(folder, 'y.bin'), target)
    const script = algorithm === 'dnn' || algorithm === 'cnn' ? 'nets.py' : 'fits.py'
    const about =
      script === 'nets.py' ? [Number(hyperparameters.epochs ?? 0)] : [task, JSON.stringify(hyperparameters)]
    return measured.parse(await runPeer(python, script, algorithm, folder, rows, columns, runs, ...about))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Whether two models are the same, as far as this algorithm's can be. */
function sameModel(ours: Measured, peer: Measured): string {
  if (ours.answer.length === 0) return 'n/a (stochastic)'
  const isSame =
    ours.answer.length === peer.answer.length &&
    ours.answer.every(
      (value, i) => Math.abs(value - peer.answer[i]) <= 1e-3 * Math.max(1e-6, Math.abs(peer.answer[i])),
    )
  return isSame ? 'yes' : 'NO'
}
