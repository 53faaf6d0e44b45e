/**
 * npm run bench:grid: a grid of 24 combinations of a forest on five folds of 10,000 x 20, beside GridSearchCV on the same
 * processors. Ours is the whole job on the embedded stack, from its message to its result: reading, preparing, search, fit,
 * evaluation and storage; the peer's only `fit`. Argument: how often each, in turns (3).
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { startStack } from '../local/stack.ts'
import { resultKey } from '../shared/job-store/result-key.ts'
import { type CompletedResult, jobResult } from '../shared/jobs/result.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { madeUp, rowMajor } from './made-up.ts'
import { markdownTable, ratio } from './markdown-table.ts'
import { median } from './median.ts'
import { peerPython } from './python.ts'

const RUNS = Number(process.argv[2] ?? 3)
const PLACES = availableParallelism()
/** Of which a fifth are test rows. */
const ROWS = 12_500
const COLUMNS = 20
const hyperparameters = { n_estimators: 20 }
const parameters = {
  max_depth: [4, 8, 12, null],
  max_features: ['sqrt', 0.5],
  min_samples_leaf: [1, 3, 9],
}
const cv = 5

const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-grid-'))
const csv = join(directory, 'made-up.csv')
await writeFile(csv, csvText())

function csvText(): string {
  const { features, target, featureNames } = madeUp(ROWS, COLUMNS)
  const values = rowMajor(features)
  const lines = Array.from(target, (label, i) =>
    [...values.subarray(i * COLUMNS, (i + 1) * COLUMNS), `c${label}`].join(),
  )
  return `${featureNames.join()},y\n${lines.join('\n')}\n`
}

type Way = { readonly name: string; run(): Promise<{ seconds: number; means: readonly (number | null)[] }> }

/** @param max_parallel 1: all in one call, whose fits run on all processors. */
async function ours(name: string, max_parallel: number) {
  const threads = max_parallel === 1 ? PLACES : 1
  const stack = await startStack({
    directory: join(directory, `stack-${max_parallel}`),
    concurrency: max_parallel,
    environment: { ...process.env, TENSORFLEET_THREADS: String(threads) },
  })
  const sqs = new SQSClient(stack.aws)
  const store = connectObjectStore(stack.aws)
  const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)
  await bucket.put('datasets/made-up.csv', csvText())
  async function search(job_id: string, given: object): Promise<CompletedResult> {
    const dataset_path = `s3://${bucket.name}/datasets/made-up.csv`
    const search = { parameters: given, cv, max_parallel }
    const job = { job_id, algorithm: 'random_forest', dataset_path, hyperparameters, search }
    const QueueUrl = stack.environment.JOB_QUEUE_URL
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job) }))
    for (;;) {
      const found = await bucket.getJson(resultKey(job_id))
      if (found === undefined) {
        await sleep(20)
        continue
      }
      const result = jobResult.parse(found)
      if (result.status === 'failed') throw new Error(result.error)
      return result
    }
  }
  await search('warm-up', { max_depth: [1, 2, 3, 4] })
  let runs = 0
  const way: Way = {
    name,
    async run() {
      const started = performance.now()
      const { search: found } = await search(`run-${++runs}`, parameters)
      const means = (found?.trials ?? []).map((trial) => ('error' in trial ? null : trial.mean_score))
      return { seconds: (performance.now() - started) / 1000, means }
    },
  }
  const close = async () => {
    store.close()
    sqs.destroy()
    await stack.close()
  }
  return { way, close }
}

const found = z.object({ seconds: z.number(), means: z.array(z.number()) })
function peer(python: string): Way {
  const script = join(import.meta.dirname, 'peers', 'grid.py')
  const search = JSON.stringify({ hyperparameters, parameters, cv })
  return {
    name: 'GridSearchCV(n_jobs=-1)',
    run: async () => {
      const { stdout } = await promisify(execFile)(python, [script, csv, search])
      return found.parse(JSON.parse(stdout))
    },
  }
}

const inOne = await ours(`one call, ${PLACES} threads`, 1)
const sideBySide = await ours(`side by side, ${PLACES} places with a thread each`, PLACES)
try {
  const python = peerPython()
  const peers = python === undefined ? [] : [peer(python)]
  const ways = [...peers, inOne.way, sideBySide.way]
  const seconds = new Map(ways.map(({ name }): [string, number[]] => [name, []]))
  const means = new Map<string, string>()
  for (let run = 0; run < RUNS; run++) {
    for (const way of ways) {
      const ran = await way.run()
      seconds.get(way.name)?.push(ran.seconds)
      means.set(way.name, ran.means.map((mean) => mean?.toFixed(12)).join())
    }
  }
  const [first] = ways
  const reference = median(seconds.get(first.name) ?? [])
  const row = markdownTable(
    ['24 x 5 forests of 20 trees', 's, each run', 'median', 'ratio', 'same scores'],
    console.log,
  )
  for (const { name } of ways) {
    const of = seconds.get(name) ?? []
    const isSame = means.get(name) === means.get(first.name) ? 'yes' : 'no'
    row([
      name,
      of.map((each) => each.toFixed(1)).join(', '),
      median(of).toFixed(1),
      ratio(median(of), reference),
      isSame,
    ])
  }
} finally {
  await inOne.close()
  await sideBySide.close()
  await rm(directory, { recursive: true, force: true })
}
