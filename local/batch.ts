/** A small AWS Batch: each job that is submitted runs `work --job` in a process of its own, one at a time. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { BatchJobFailed } from '../shared/batch/job-event.ts'
import { startedFile } from './started-files.ts'

export type LocalBatch = {
  /** The environment variables by which a function hands jobs over. */
  readonly environment: Readonly<Record<string, string>>
  /** Runs a job again that was submitted before this process began. */
  resume(jobId: string): void
  /** The process of the running job, if there is one. */
  pids(): number[]
  /** Stops the running job like a container: SIGTERM, and SIGKILL after some time. */
  close(): Promise<void>
}

export type BatchSettings = {
  /** The environment of the jobs' processes. */
  readonly environment: Readonly<Record<string, string>>
  /** Called with every line that a job's process writes. */
  onLine(line: string): void
  /** Called when a process has ended. */
  onAttempt(jobId: string): Promise<void>
  /** Called with EventBridge's event of a job that is not started again. */
  onFailed(event: BatchJobFailed): Promise<void>
  onError(error: unknown): void
}

/** Attempts, as in the stack's job definition. */
const MAX_ATTEMPTS = 10
/** The exit code of a wrong command, which a retry would not change. */
const NOT_RETRIED = 2
const STOP_MS = 10_000

const submission = z.object({
  jobName: z.string(),
  jobQueue: z.string(),
  jobDefinition: z.string(),
  parameters: z.object({ job_id: z.string() }),
  containerOverrides: z.object({ environment: z.array(z.object({ name: z.string(), value: z.string() })) }),
})

type Submitted = {
  readonly id: string
  readonly jobId: string
  readonly environment: Readonly<Record<string, string>>
}

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html */
export async function startBatch(settings: BatchSettings): Promise<LocalBatch> {
  const queue = createJobQueue(settings)
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const parsed = request.url === '/v1/submitjob' ? submission.safeParse(await json(request)) : undefined
    if (!parsed?.success)
      return answer(400, { message: parsed?.error.message ?? 'Only jobs are submitted here.' })
    const { jobName, parameters, containerOverrides } = parsed.data
    const environment = Object.fromEntries(
      containerOverrides.environment.map(({ name, value }) => [name, value]),
    )
    const id = randomUUID()
    queue.add({ id, jobId: parameters.job_id, environment })
    answer(200, { jobId: id, jobName, jobArn: `arn:aws:batch:us-east-1:000000000000:job/${id}` })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The local Batch has no port.')
  return {
    environment: {
      AWS_ENDPOINT_URL_BATCH: `http://127.0.0.1:${address.port}`,
      BATCH_JOB_QUEUE: 'tensorfleet',
      BATCH_JOB_DEFINITION: 'tensorfleet',
    },
    pids: queue.pids,
    resume: (jobId) => queue.add({ id: randomUUID(), jobId, environment: {} }),
    async close() {
      server.close()
      server.closeAllConnections()
      await queue.close()
    },
  }
}

/** Runs jobs one after the other. */
function createJobQueue(settings: BatchSettings) {
  const waiting: Submitted[] = []
  const stop = new AbortController()
  const alive = new Set<number>()
  let running: Promise<void> | undefined

  async function runAll(): Promise<void> {
    for (let job = waiting.shift(); job !== undefined && !stop.signal.aborted; job = waiting.shift())
      await runJob(job, { ...settings, alive }, stop.signal).catch(settings.onError)
    running = undefined
  }

  return {
    add(job: Submitted): void {
      waiting.push(job)
      running ??= runAll()
    },
    pids: () => [...alive],
    async close(): Promise<void> {
      stop.abort()
      await running
    },
  }
}

type Running = BatchSettings & {
  /** The ids of the processes. */
  readonly alive: Set<number>
}

async function runJob(job: Submitted, settings: Running, stop: AbortSignal): Promise<void> {
  let reason = ''
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && !stop.aborted; attempt++) {
    const { code, ended } = await runAttempt(job, attempt, settings, stop).catch(notStarted)
    if (stop.aborted) return
    // A failed registration does not stop the job: a sweep registers the result later.
    await settings.onAttempt(job.jobId).catch(settings.onError)
    if (code === 0) return
    reason = `The container ${ended}`
    if (code === NOT_RETRIED) break
    await sleep(Math.min(1000 * attempt, 5000), undefined, { signal: stop }).catch(() => undefined)
  }
  if (stop.aborted) return
  await settings.onFailed({
    'detail-type': 'Batch Job State Change',
    detail: { jobId: job.id, status: 'FAILED', statusReason: reason, parameters: { job_id: job.jobId } },
  })
}

type EndedAttempt = { readonly code: number | null; readonly ended: string }

/** The end of a process that could not be started. */
function notStarted(error: unknown): EndedAttempt {
  const why = error instanceof Error ? error.message : String(error)
  return { code: null, ended: `could not be started (${why})` }
}

async function runAttempt(
  { id, jobId, environment }: Submitted,
  attempt: number,
  settings: Running,
  stop: AbortSignal,
): Promise<EndedAttempt> {
  // The processors that were asked for do not apply: the job runs on this machine.
  const threads = Math.min(Number(environment.TENSORFLEET_THREADS ?? 1), availableParallelism())
  const child = spawn(process.execPath, [startedFile('work'), '--job', jobId], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...settings.environment,
      ...environment,
      TENSORFLEET_THREADS: String(threads),
      AWS_BATCH_JOB_ID: id,
      AWS_BATCH_JOB_ATTEMPT: String(attempt),
    },
  })
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', settings.onLine)
  const { pid } = child
  if (pid !== undefined) settings.alive.add(pid)
  const end = () => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref()
  }
  stop.addEventListener('abort', end)
  try {
    const [code, signal] = await once(child, 'exit')
    return { code, ended: `ended with ${signal ?? `exit code ${code}`}` }
  } finally {
    if (pid !== undefined) settings.alive.delete(pid)
    stop.removeEventListener('abort', end)
  }
}
