/** The whole process of an iris forest, start to result, beside the Python worker's. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startStack } from '../local/stack.ts'
import { iris } from '../shared/data/samples/iris.ts'
import { median } from './fits.ts'

export type WholeProcess = {
  readonly ours: number
  readonly peer: number | undefined
  readonly equal: boolean
}

/** Median seconds of five processes each, turn by turn; both read the same CSV, ours from S3 and the peer's from a file. */
export async function measureWholeProcess(python: string | undefined): Promise<WholeProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  const stack = await startStack({ directory: join(folder, 'stack'), runJobs: false })
  const ours: number[] = []
  const peers: number[] = []
  let equal = true
  try {
    await stack.seed()
    const csv = join(folder, 'iris.csv')
    await writeFile(csv, iris)
    for (let k = 0; k < 5; k++) {
      const message = JSON.stringify({
        job_id: randomUUID(),
        algorithm: 'random_forest',
        dataset_path: 'iris',
      })
      const own = await timed(
        process.execPath,
        [join(import.meta.dirname, 'one-job.ts'), message],
        stack.environment,
      )
      ours.push(own.seconds)
      if (python === undefined) continue
      const peer = await timed(python, [join(import.meta.dirname, 'peers', 'worker.py'), csv], {})
      peers.push(peer.seconds)
      equal &&= Object(own.answer).metrics.accuracy === Object(peer.answer).accuracy
    }
  } finally {
    await stack.close()
    await rm(folder, { recursive: true })
  }
  return { ours: median(ours), peer: peers.length === 0 ? undefined : median(peers), equal }
}

/** Runs a process; the stack that it talks to lives in this one, which therefore must not block. */
async function timed(command: string, args: string[], environment: Readonly<Record<string, string>>) {
  const started = performance.now()
  const { stdout } = await promisify(execFile)(command, args, { env: { ...process.env, ...environment } })
  const seconds = (performance.now() - started) / 1000
  const line = stdout
    .trim()
    .split('\n')
    .findLast((each) => each.includes('"accuracy"'))
  const answer: unknown = JSON.parse(line ?? '')
  return { seconds, answer }
}
