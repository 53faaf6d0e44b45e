/** Fits and predictions of several shapes beside every peer on PyPI that has the algorithm, each with all processors. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type BestCase, type BestMeasured, bestCases, bestMeasured } from './best-cases.ts'
import { rowMajor } from './made-up.ts'
import { markdownTable, milliseconds, ratio } from './markdown-table.ts'
import { type OursRunner, runPeer } from './runners.ts'
import { shapes } from './shapes.ts'

const RUNS = 3

const peerMeasured = z.union([
  bestMeasured.extend({ version: z.string() }),
  z.object({ skipped: z.string() }),
])
type PeerTimes = BestMeasured & { readonly name: string }

/**
 * Prints a row for each case: ours, and the peer that was the fastest of all at what the column says. A peer that was not
 * accelerated does not count.
 *
 * @param isWanted whether an algorithm's rows are measured.
 */
export async function measureBestPeers(
  runner: OursRunner,
  python: string | undefined,
  print: (line: string) => void,
  isWanted: (algorithm: string) => boolean,
): Promise<void> {
  const printRow = markdownTable(
    [
      'algorithm, shape, rows',
      'fit: ours',
      'best peer',
      'ratio',
      'predict: ours',
      'best peer',
      'ratio',
      'one row, µs: ours',
      'best peer',
      'ratio',
      'accuracy: ours',
      'peers',
    ],
    print,
  )
  for (const [index, bestCase] of bestCases.entries()) {
    const { algorithm, shape, rows } = bestCase
    if (!isWanted(algorithm)) continue
    const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
    try {
      const ours = bestMeasured.parse(await runner.run('best', index, folder))
      const peers = python === undefined ? [] : await measurePeers(python, bestCase, folder)
      const cells = (['fit', 'predict', 'one'] as const).flatMap((figure) => {
        const best = bestOf(peers, figure)
        const [own, other] = [ours[figure] ?? undefined, best?.[figure] ?? undefined]
        const shown = figure === 'one' ? microseconds : milliseconds
        return [
          shown(own),
          best && `${shown(other)} ${best.name}`,
          own === undefined ? undefined : ratio(own, other),
        ]
      })
      const accuracies = peers.map(({ accuracy }) => accuracy.toFixed(4))
      printRow([
        `${algorithm}, ${shape}, ${rows}`,
        ...cells,
        ours.accuracy.toFixed(4),
        [...new Set(accuracies)].join(' '),
      ])
    } finally {
      await rm(folder, { recursive: true })
    }
  }
}

async function measurePeers(
  python: string,
  { algorithm, shape, rows, peers, hyperparameters: { epochs = 0 } }: BestCase,
  folder: string,
): Promise<PeerTimes[]> {
  const { features, target } = shapes[shape](rows)
  await writeFile(join(folder, 'x.bin'), rowMajor(features))
  await writeFile(join(folder, 'y.bin'), target)
  const times: PeerTimes[] = []
  for (const peer of peers) {
    const given = [peer, algorithm, folder, rows, features.columns, RUNS, epochs]
    const found = peerMeasured.parse(await runPeer(python, 'best.py', ...given))
    if ('skipped' in found) process.stderr.write(`${peer} for ${algorithm}, ${shape}: ${found.skipped}\n`)
    else times.push({ ...found, name: `${peer} ${found.version}` })
  }
  return times
}

const microseconds = (seconds: number | undefined) => seconds && (seconds * 1e6).toFixed(0)

function bestOf(peers: readonly PeerTimes[], figure: 'fit' | 'predict' | 'one'): PeerTimes | undefined {
  const having = peers.filter((peer) => peer[figure] !== null)
  return having.toSorted((a, b) => (a[figure] ?? 0) - (b[figure] ?? 0))[0]
}
