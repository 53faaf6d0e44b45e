/**
 * npm run bench: our times beside the peers', as ratios, printed and written to bench/results.md. Peers run in a Python
 * venv of its own (.venv-bench); without Python ours are shown alone. `npm run bench -- svm cnn` measures only those.
 */
import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { measureColdStarts } from './cold-start.ts'
import { fitCases } from './fit-cases.ts'
import { isSameAnswer, measureOurs, measurePeer } from './fits.ts'
import { measureLargeFits } from './large-fits.ts'
import { bundleOurs } from './ours.ts'
import { measurePredict } from './predict.ts'
import { peerPython } from './python.ts'
import { measureReadCsv } from './read-csv.ts'
import { measureWholeProcess } from './whole-process.ts'

// A machine's environment can force a kernel on OpenBLAS that is ten times slower than the one that it would choose.
delete process.env.OPENBLAS_CORETYPE
delete process.env.OPENBLAS_L2_SIZE

const only = process.argv.slice(2)
const isWanted = (name: string) => only.length === 0 || only.includes(name)
const python = peerPython()
const ours = await bundleOurs()
const lines: string[] = []

function print(line: string): void {
  process.stdout.write(`${line}\n`)
  lines.push(line)
}

const milliseconds = (seconds: number) => (seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)

print('# Benchmarks\n')
print(
  `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.`,
)
print(
  'Milliseconds, medians after one fit that is not counted; ours with all processors, the peers with their defaults. A row counts where the answers are equal.\n',
)
print(
  '| fit | rows x columns | ours | peer | ratio | target | predict: ours | peer | ratio | accuracy: ours | peer | same model |',
)
print('|---|---|---|---|---|---|---|---|---|---|---|---|')
for (const bench of fitCases.filter(({ algorithm }) => isWanted(algorithm))) {
  const own = await measureOurs(ours, bench)
  const peer = python === undefined ? undefined : await measurePeer(python, bench)
  const epochs = bench.hyperparameters.epochs === undefined ? '' : `, ${bench.hyperparameters.epochs} epochs`
  const cells = [
    `${bench.algorithm}${epochs}`,
    `${bench.rows} x ${bench.columns}`,
    milliseconds(own.fit),
    peer === undefined ? '' : milliseconds(peer.fit),
    peer === undefined ? '' : (own.fit / peer.fit).toFixed(2),
    `≤ ${bench.target}`,
    milliseconds(own.predict),
    peer === undefined ? '' : milliseconds(peer.predict),
    peer === undefined ? '' : (own.predict / peer.predict).toFixed(2),
    own.accuracy.toFixed(4),
    peer === undefined ? '' : peer.accuracy.toFixed(4),
    peer === undefined ? '' : own.answer.length === 0 ? 'by chance' : isSameAnswer(own, peer) ? 'yes' : 'NO',
  ]
  print(`| ${cells.join(' | ')} |`)
}

if (isWanted('large-fits')) {
  print('\n## Up to a million rows (targets: trees grow as n log n; below 1 GiB, but for the forest)\n')
  await measureLargeFits(ours, print)
}

if (isWanted('process')) {
  const whole = await measureWholeProcess(python)
  print('\n## The whole process: iris, random forest, start to result\n')
  print('| ours | the Python worker | ratio | target | same accuracy |')
  print('|---|---|---|---|---|')
  const ratio = whole.peer === undefined ? '' : (whole.ours / whole.peer).toFixed(2)
  print(
    `| ${milliseconds(whole.ours)} | ${whole.peer === undefined ? '' : milliseconds(whole.peer)} | ${ratio} | ≤ 0.1 | ${whole.equal ? 'yes' : 'NO'} |`,
  )
}

if (isWanted('cold-start')) {
  print('\n## Cold starts\n')
  await measureColdStarts(print)
}

if (isWanted('read-csv')) {
  print('\n## Reading a CSV into columns, beside pandas (targets: time ≤ 0.5, peak memory ≤ 0.7)\n')
  await measureReadCsv(ours, python, print)
}

if (isWanted('predict')) {
  print('\n## Predicting a CSV file of 1,000,000 x 20, beside pandas and scikit-learn with the same model\n')
  await measurePredict(ours, python, print)
}

await ours.close()
if (only.length === 0) await writeFile(join(import.meta.dirname, 'results.md'), `${lines.join('\n')}\n`)
