/** Fits and predictions beside scikit-learn's and Keras', and how two answers are compared. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FitCase, fitCases, type Measured, measured } from './fit-cases.ts'
import { madeUp, rowOrder } from './made-up.ts'
import { type Ours, runPeer } from './ours.ts'

/** Our times for a case. */
export async function measureOurs(ours: Ours, bench: FitCase): Promise<Measured> {
  return measured.parse(await ours.run('fit', fitCases.indexOf(bench)))
}

/** The peer's times on the same rows. */
export async function measurePeer(python: string, bench: FitCase): Promise<Measured> {
  const { algorithm, rows, columns, hyperparameters, runs } = bench
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const { features, target } = madeUp(rows, columns)
    await writeFile(join(folder, 'x.bin'), rowOrder(features))
    await writeFile(join(folder, 'y.bin'), target)
    const script = algorithm === 'dnn' || algorithm === 'cnn' ? 'nets.py' : 'fits.py'
    const epochs = Number(hyperparameters.epochs ?? 0)
    return measured.parse(await runPeer(python, script, algorithm, folder, rows, columns, runs, epochs))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Whether two models are the same, as far as this algorithm's can be. */
export function isSameAnswer(ours: Measured, peers: Measured): boolean {
  return (
    ours.answer.length === peers.answer.length &&
    ours.answer.every(
      (value, i) => Math.abs(value - peers.answer[i]) <= 1e-3 * Math.max(1e-6, Math.abs(peers.answer[i])),
    )
  )
}
