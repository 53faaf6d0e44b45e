/** The whole process of an iris forest, start to result, beside the Python worker's. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { startStack } from '../local/stack.ts'
import { bundle } from '../scripts/bundle.ts'
import { iris } from '../shared/datasets/samples/iris.ts'
import { jobKeys } from '../shared/job-store/keys.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { atMost, markdownTable, milliseconds, ratio } from './markdown-table.ts'
import { median } from './median.ts'

/** The largest ratio of our time to the peer's that is aimed at. */
const TARGET_RATIO = 0.1

const RUNS = 5

const peerAnswer = z.object({ accuracy: z.number() })
const result = z.object({ metrics: z.object({ accuracy: z.number() }) })

/**
 * Prints a table: median milliseconds of five processes each, turn by turn, from the start of the process to its end. Ours is the bundle as it
 * is deployed: it reads the CSV from S3 and commits the model and the result there, S3 being in another process. The
 * peer's reads the same CSV from a file and keeps the model to itself.
 */
export async function measureWholeProcess(
  python: string | undefined,
  print: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  const stack = await startStack({ directory: join(folder, 'stack'), runJobs: false })
  const store = connectObjectStore(stack.aws)
  const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)
  const ours: number[] = []
  const peers: number[] = []
  let equal = true
  try {
    await stack.seed()
    await bundle('train', folder)
    const csv = join(folder, 'iris.csv')
    await writeFile(csv, iris)
    for (let k = 0; k < RUNS; k++) {
      const jobId = randomUUID()
      const script = oneInvocation(join(folder, 'train', 'index.mjs'), jobId)
      const run = await timed(
        process.execPath,
        ['--enable-source-maps', '--input-type=module', '-e', script],
        stack.environment,
      )
      ours.push(run.seconds)
      const { metrics } = result.parse(await bucket.getJson(jobKeys.result(jobId)))
      if (python === undefined) continue
      const peer = await timed(python, [join(import.meta.dirname, 'peers', 'worker.py'), csv], {})
      peers.push(peer.seconds)
      equal &&= metrics.accuracy === peerAnswer.parse(JSON.parse(peer.output)).accuracy
    }
  } finally {
    store.close()
    await stack.close()
    await rm(folder, { recursive: true })
  }
  const peer = peers.length === 0 ? undefined : median(peers)
  const printRow = markdownTable(['ours', 'the Python worker', 'ratio', 'target', 'same accuracy'], print)
  printRow([
    milliseconds(median(ours)),
    milliseconds(peer),
    ratio(median(ours), peer),
    atMost(TARGET_RATIO),
    peer === undefined ? undefined : equal ? 'yes' : 'NO',
  ])
}

/** What Lambda's runtime does: loads the handler and gives it an event. */
function oneInvocation(file: string, jobId: string): string {
  const body = JSON.stringify({ job_id: jobId, algorithm: 'random_forest', dataset_path: 'iris' })
  const record = {
    messageId: jobId,
    eventSource: 'aws:sqs',
    body,
    attributes: { ApproximateReceiveCount: '1' },
  }
  return `const { handler } = await import(${JSON.stringify(file)})
const context = { awsRequestId: '${jobId}', getRemainingTimeInMillis: () => 900_000 }
const { batchItemFailures } = await handler(${JSON.stringify({ Records: [record] })}, context)
process.exit(batchItemFailures.length)`
}

/** Runs a process; the stack that it talks to lives in this one, which therefore must not block. */
async function timed(command: string, args: string[], environment: Readonly<Record<string, string>>) {
  const started = performance.now()
  const { stdout } = await promisify(execFile)(command, args, { env: { ...process.env, ...environment } })
  return { seconds: (performance.now() - started) / 1000, output: stdout }
}
