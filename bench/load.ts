/**
 * npm run bench:load: jobs queued at once on the embedded stack, in rounds. Prints, of each round, how many jobs a second
 * it did, how long they took from being sent to their result, how much processor time they took, and what the processes held afterwards. Linux only.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { startStack } from '../local/stack.ts'

const ROUNDS = Number(process.argv[2] ?? 2)
const JOBS = Number(process.argv[3] ?? 1000)
const WARM_UP = 100
/** Of Linux' processor times in /proc. */
const TICKS_A_SECOND = 100

const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-load-'))
const sentAt = new Map<string, number>()
const tookMs: number[] = []
const stack = await startStack({ directory, concurrency: availableParallelism(), onLog })
await stack.seed()
const sqs = new SQSClient(stack.aws)

function onLog(_name: string, line: string): void {
  if (!line.includes('worker_tasks_completed_total')) return
  const { job_id, status, _aws } = JSON.parse(line)
  if (status !== 'completed') throw new Error(`${job_id} ${status}.`)
  tookMs.push(_aws.Timestamp - (sentAt.get(job_id) ?? Number.NaN))
}

async function sendAll(round: number, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => `load-${round}-${i}`)
  for (let from = 0; from < count; from += 10) {
    const Entries = ids.slice(from, from + 10).map((job_id, i) => ({
      Id: String(i),
      MessageBody: JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path: 'iris' }),
    }))
    for (const job_id of ids.slice(from, from + 10)) sentAt.set(job_id, Date.now())
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: stack.environment.JOB_QUEUE_URL, Entries }))
  }
}

/** Sends a round of jobs and waits for their results. Seconds from the first message to the last result. */
async function run(round: number, count: number): Promise<number> {
  tookMs.length = 0
  const started = performance.now()
  await sendAll(round, count)
  while (tookMs.length < count) await sleep(20)
  return (performance.now() - started) / 1000
}

/** Resident megabytes and open files of a process. */
async function heldBy(pid: number): Promise<{ mb: number; files: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
  return { mb: Math.round(kb / 1024), files: (await readdir(`/proc/${pid}/fd`)).length }
}

/** Processor seconds of the stack's own process and of each function's, by name. */
async function processorSeconds(): Promise<Map<string, number>> {
  const { user, system } = process.cpuUsage()
  const seconds = new Map([['stack', (user + system) / 1e6]])
  for (const pid of stack.pids()) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
    const name = /AWS_LAMBDA_FUNCTION_NAME=(\w+)/.exec(environment)?.[1] ?? 'batch'
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const [userTicks, systemTicks] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number)
    seconds.set(name, (seconds.get(name) ?? 0) + (userTicks + systemTicks) / TICKS_A_SECOND)
  }
  return seconds
}

const percentile = (share: number) => {
  const sorted = tookMs.toSorted((a, b) => a - b)
  return (sorted[Math.ceil(share * sorted.length) - 1] / 1000).toFixed(1)
}

try {
  await run(0, WARM_UP)
  for (let round = 1; round <= ROUNDS; round++) {
    const before = await processorSeconds()
    const seconds = await run(round, JOBS)
    const after = await processorSeconds()
    const spent = [...after].map(
      ([name, until]) => `${name} ${(((until - (before.get(name) ?? 0)) / JOBS) * 1000).toFixed(1)}`,
    )
    await sleep(2000)
    const functions = await Promise.all(stack.pids().map(heldBy))
    const own = await heldBy(process.pid)
    console.log(
      `${JOBS} jobs: ${(JOBS / seconds).toFixed(1)} a second; sent to result p50 ${percentile(0.5)} s, p99 ${percentile(0.99)} s; ` +
        `processor ms a job: ${spent.join(', ')}; ` +
        `stack ${own.mb} MB, ${own.files} open files; functions ${functions.map(({ mb, files }) => `${mb} MB, ${files}`).join('; ')}`,
    )
  }
} finally {
  sqs.destroy()
  await stack.close()
  await rm(directory, { recursive: true, force: true })
}
