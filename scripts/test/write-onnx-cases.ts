/** Writes every case, and random ones of a seed, as files for check.py: node scripts/test/write-onnx-cases.ts FOLDER SEED */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tasks } from '../../shared/data/task.ts'
import { cases, solve, solveTable } from '../../test/support/onnx-cases.ts'
import { randomAlgorithms, randomTables } from '../../test/support/onnx-random-cases.ts'

const RANDOM_TABLES = 20

const [folder, seedText] = process.argv.slice(2)
if (folder === undefined || seedText === undefined)
  throw new Error('Name the folder to write to, and a seed.')
await mkdir(folder, { recursive: true })
let written = 0
for (const each of cases) await write(each.name, each.bound, await solve(each))
for (const task of tasks) {
  for (let seed = Number(seedText); seed < Number(seedText) + RANDOM_TABLES; seed++) {
    const { seen, unseen } = await randomTables(seed, task)
    for (const [algorithm, hyperparameters, bound] of randomAlgorithms[task]) {
      const name = `seed ${seed} ${task} ${algorithm} ${JSON.stringify(hyperparameters)}`
      await write(name, bound, await solveTable({ algorithm, hyperparameters, task }, seen, unseen))
    }
  }
}

async function write(
  name: string,
  bound: number,
  { onnx, ...solved }: Awaited<ReturnType<typeof solve>>,
): Promise<void> {
  const file = join(folder, String(written++))
  await writeFile(`${file}.onnx`, onnx)
  const scores = Array.from(solved.scores)
  const inputs = solved.columns.map((column) => ({
    ...column,
    values: column.values.map((value) => (Number.isNaN(value) ? null : value)),
  }))
  await writeFile(`${file}.json`, JSON.stringify({ name, bound, inputs, labels: solved.labels, scores }))
}
