/**
 * node bench/checkpoints.ts: what it costs to hand a job on, against the embedded S3. Each job runs in calls of five
 * seconds (a pause is due after four); figures are of its largest checkpoint, written and read once a call.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '../local/stack.ts'
import { memoryLimit } from '../shared/runtime/memory-limit.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { trainJob } from '../shared/training/train-job.ts'
import { silentLog } from '../test/support/job-context.ts'
import { madeUp } from './made-up.ts'
import { markdownTable } from './markdown-table.ts'

const CALL_MS = 5000
const CALLS = 4
/** Seconds until a pause is due in an invocation of 15 minutes. */
const INVOCATION = 840

const cases: [string, number, Record<string, unknown>][] = [
  ['dnn', 100_000, { epochs: 1000 }],
  ['random_forest', 100_000, { n_estimators: 150 }],
  ['decision_tree', 400_000, { splitter: 'random' }],
  ['svm', 40_000, { C: 100 }],
]

function csv(rows: number, columns: number): string {
  const { features, target, featureNames } = madeUp(rows, columns)
  const lines = [[...featureNames, 'class'].join(',')]
  for (let i = 0; i < rows; i++) {
    let line = ''
    for (let j = 0; j < columns; j++) line += `${features.values[j * rows + i].toFixed(6)},`
    lines.push(line + target[i])
  }
  return lines.join('\n')
}

const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
const stack = await startStack({ directory, runJobs: false })
const store = connectObjectStore(stack.aws)
const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)
const printRow = markdownTable(['job', 'checkpoint MB', 'write ms', 'read ms', 'of 15 minutes'], console.log)
for (const [algorithm, rows, hyperparameters] of cases) {
  await bucket.put('datasets/made-up.csv', csv(rows, 20))
  const body = JSON.stringify({ job_id: randomUUID(), algorithm, dataset_path: 'made-up', hyperparameters })
  const largest: Record<string, number> = { bytes: 0, 'job paused': 0, 'job resumed': 0 }
  const info = (message: string, { checkpoint_ms, checkpoint_bytes }: Record<string, unknown>) => {
    if (typeof checkpoint_ms !== 'number' || typeof checkpoint_bytes !== 'number') return
    largest[message] = Math.max(largest[message], checkpoint_ms)
    largest.bytes = Math.max(largest.bytes, checkpoint_bytes)
  }
  for (let call = 0; call < CALLS; call++) {
    const outcome = await trainJob(body, {
      store,
      bucket,
      threads: 2,
      memoryBytes: memoryLimit(),
      maxTrainingSeconds: 1e6,
      attempt: 1,
      remainingMs: () => CALL_MS,
      send: async () => undefined,
      messageGroup: 'bench',
      log: { ...silentLog, info },
    })
    if (outcome !== 'continued') break
  }
  const ms = largest['job paused'] + largest['job resumed']
  const share = `${((ms / INVOCATION / 1000) * 100).toFixed(3)} %`
  printRow([
    `${algorithm}, ${rows} x 20`,
    (largest.bytes / 1e6).toFixed(1),
    largest['job paused'],
    largest['job resumed'],
    share,
  ])
}
store.close()
await stack.close()
await rm(directory, { recursive: true, force: true })
