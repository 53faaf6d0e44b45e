/** How the time of a fit grows with the rows, ours and a peer's on all processors; plot-growth.ts draws it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { EPOCHS, growthCases } from './growth-cases.ts'
import { madeUp, rowMajor } from './made-up.ts'
import { markdownTable, milliseconds, ratio } from './markdown-table.ts'
import { type OursRunner, runPeer } from './runners.ts'

/** The fastest of some fits, which other work on the machine disturbs least. */
const fitted = z.object({ fastest: z.number() })

/**
 * Prints a table.
 *
 * @param isWanted whether an algorithm's rows are measured.
 */
export async function measureGrowth(
  runner: OursRunner,
  python: string | undefined,
  print: (line: string) => void,
  isWanted: (algorithm: string) => boolean,
): Promise<void> {
  const printRow = markdownTable(['fit', 'rows', 'columns', 'ours, ms', 'peer, ms', 'ratio', 'peer'], print)
  for (const growthCase of growthCases) {
    const { algorithm, columns, peer, sizes } = growthCase
    if (!isWanted(algorithm)) continue
    for (const rows of sizes) {
      const ours = fitted.parse(await runner.run('growth', algorithm, rows, columns))
      const theirs = python === undefined ? undefined : await measurePeer(python, growthCase, rows)
      const times = [milliseconds(ours.fastest), milliseconds(theirs), ratio(ours.fastest, theirs)]
      printRow([algorithm, rows, columns, ...times, peer])
    }
  }
}

async function measurePeer(
  python: string,
  { algorithm, columns, peer }: (typeof growthCases)[number],
  rows: number,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const { features, target } = madeUp(rows, columns)
    await writeFile(join(folder, 'x.bin'), rowMajor(features))
    await writeFile(join(folder, 'y.bin'), target)
    const found = await runPeer(python, 'best.py', peer, algorithm, folder, rows, columns, 4, EPOCHS)
    return fitted.parse(found).fastest
  } finally {
    await rm(folder, { recursive: true })
  }
}
