/** Writes every case as files for check.py: node scripts/test/write-onnx-cases.ts FOLDER */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cases, solve } from '../../test/support/onnx-cases.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('Name the folder to write to.')
await mkdir(folder, { recursive: true })
for (const [i, each] of cases.entries()) {
  const { onnx, ...solved } = await solve(each)
  await writeFile(join(folder, `${i}.onnx`), onnx)
  const scores = Array.from(solved.probabilities ?? solved.decision ?? [])
  const inputs = solved.columns.map((column) => ({
    ...column,
    values: column.values.map((value) => (Number.isNaN(value) ? null : value)),
  }))
  await writeFile(
    join(folder, `${i}.json`),
    JSON.stringify({ name: each.name, inputs, labels: solved.labels, scores }),
  )
}
