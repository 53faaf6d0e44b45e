/**
 * npm run bench: our times beside the peers', as ratios, printed and written to bench/results.md. Peers run in a Python
 * venv of its own (.venv-bench); without Python ours are shown alone. `npm run bench -- svm cold-start` measures only
 * those: algorithms, and sections by their names below; `npm run bench -- best-peers svm` its rows beside the best peers.
 */
import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { measureBestPeers } from './best-peers.ts'
import { measureColdStarts } from './cold-start.ts'
import { measureFits } from './fits.ts'
import { measureGrowth } from './growth.ts'
import { measureLargeFits } from './large-fits.ts'
import { measurePredict } from './predict.ts'
import { peerPython } from './python.ts'
import { measureReadCsv } from './read-csv.ts'
import { bundleOurs } from './runners.ts'
import { measureWholeProcess } from './whole-process.ts'

// A machine's environment can force a kernel on OpenBLAS that is ten times slower than the one that it would choose.
delete process.env.OPENBLAS_CORETYPE
delete process.env.OPENBLAS_L2_SIZE

const only = process.argv.slice(2)
const isWanted = (name: string) => only.length === 0 || only.includes(name)
/** Sections that can be narrowed down to some algorithms. */
const ofAlgorithms = ['best-peers', 'growth']
const isNarrowed = only.some((word) => ofAlgorithms.includes(word))
const wantedOfThose = only.filter((word) => !ofAlgorithms.includes(word))
const isWantedThere = (name: string) => wantedOfThose.length === 0 || wantedOfThose.includes(name)
const python = peerPython()
const runner = await bundleOurs()
const lines: string[] = []

function print(line: string): void {
  process.stdout.write(`${line}\n`)
  lines.push(line)
}

type Section = { readonly name: string; readonly title: string; measure(): Promise<void> }

const sections: readonly Section[] = [
  {
    name: 'best-peers',
    title: 'Several shapes, beside the best peer on PyPI (ms)',
    measure: () => measureBestPeers(runner, python, print, isWantedThere),
  },
  {
    name: 'growth',
    title: 'How fits grow with the rows, beside scikit-learn and JAX',
    measure: () => measureGrowth(runner, python, print, isWantedThere),
  },
  {
    name: 'large-fits',
    title: 'Up to a million rows',
    measure: () => measureLargeFits(runner, print),
  },
  {
    name: 'process',
    title: 'The whole process: iris, random forest, start to result (ms)',
    measure: () => measureWholeProcess(python, print),
  },
  { name: 'cold-start', title: 'Cold starts', measure: () => measureColdStarts(print) },
  {
    name: 'read-csv',
    title: 'Reading a CSV into columns, beside pandas',
    measure: () => measureReadCsv(runner, python, print),
  },
  {
    name: 'predict',
    title: 'Predicting a CSV file of 1,000,000 x 20, beside pandas and scikit-learn with the same model',
    measure: () => measurePredict(runner, python, print),
  },
]

print('# Benchmarks\n')
print(
  `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.`,
)
print(
  'Milliseconds, medians after one fit that is not counted; ours with all processors, the peers with their defaults. A row counts where the answers are equal.\n',
)
if (!isNarrowed) await measureFits(runner, python, print, isWanted)
for (const { name, title, measure } of sections) {
  if (!isWanted(name)) continue
  print(`\n## ${title}\n`)
  await measure()
}
await runner.close()
if (only.length === 0) await writeFile(join(import.meta.dirname, 'results.md'), `${lines.join('\n')}\n`)
