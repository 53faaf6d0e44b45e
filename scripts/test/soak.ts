/**
 * npm run soak -- --jobs N [--seed S]: sends jobs through the whole system while its servers fail and its processes are
 * killed, then checks what came of it against what was sent. `npm run test:faults` is the short form.
 *
 * What is struck follows from the seed: every call that a job makes outside its process is recorded first on jobs left in
 * peace, then each is met by a kill before and after it, by each kind of fault, once or for long, and besides by random ones.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SQSClient } from '@aws-sdk/client-sqs'
import { MongoClient } from 'mongodb'
import { type Stack, startStack } from '../../local/stack.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { listHandedOver } from '../../shared/job-store/list-jobs.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { startClockKills } from '../../test/system/faults/clock-kills.ts'
import { CommitWatch } from '../../test/system/faults/commit-watch.ts'
import { FaultInjector } from '../../test/system/faults/fault-injector.ts'
import { faults, isKill } from '../../test/system/faults/faults.ts'
import { type Counted, checkInvariants, type Verdict } from '../../test/system/faults/invariants.ts'
import { type Job, type Kind, makeJob, type Strike, searches } from '../../test/system/faults/jobs.ts'
import { startLog } from '../../test/system/faults/log.ts'
import { readOptions } from '../../test/system/faults/options.ts'
import { planJobs, recordedKinds } from '../../test/system/faults/plan.ts'
import { Queues } from '../../test/system/faults/queues.ts'
import { RepeatedEvents } from '../../test/system/faults/repeated-events.ts'
import { startFaultyServers } from '../../test/system/faults/servers.ts'
import { untoldDeadLetters } from '../../test/system/faults/untold-dead-letters.ts'

const options = readOptions()
const { seed } = options
const again = `npm run soak -- --jobs ${options.jobs} --seed ${seed}`
const log = startLog()
log.say(`seed ${seed}, ${options.jobs} jobs: ${again}`)

let stack: Stack | undefined
const pids = () => stack?.pids() ?? []
const counted: Counted[] = []
let handOvers = 0
const commits = new CommitWatch(
  (jobId) => counted.some(({ job_id }) => job_id === jobId),
  (pid) => pids().includes(pid),
)
const injector = new FaultInjector(seed, commits, log.debug)
const events = new RepeatedEvents(seed, async (jobId) => stack?.register(jobId), log.debug)
const jobs: Job[] = []

const resources = new AsyncDisposableStack()
try {
  await run()
} finally {
  await resources.disposeAsync()
}

async function run(): Promise<void> {
  const { stack, queues, deadLetters, bucket, db } = await start()
  if (!(await queues.areEmpty()))
    throw new Error('The queues hold messages of an earlier run: start the servers anew.')

  async function add(kind: Kind, strike?: Strike): Promise<void> {
    const job = makeJob(seed, jobs.length, kind, bucket.name, strike)
    jobs.push(job)
    injector.add(job)
    if (job.dataset !== undefined) await bucket.put(`datasets/${job.id}.csv`, job.dataset)
    if (job.cancelled) await bucket.put(jobKeys.cancel(job.id), '')
    for (const body of job.bodies) await queues.send(body)
  }
  const untold: string[] = []
  const messagesDrained = () =>
    queues.drained(
      (left) =>
        log.say(
          `${counted.length} outcomes, ${left} messages left, ${injector.count()} faults, ${queues.redriven} redriven`,
        ),
      async () => void untold.push(...(await untoldDeadLetters({ bucket, db }, deadLetters))),
    )

  /** A job that was handed over has no message. One that comes back has one again. */
  const drained = async () => {
    await messagesDrained()
    while ((await Array.fromAsync(listHandedOver(bucket))).length > 0) {
      await sleep(1000)
      await messagesDrained()
    }
  }

  for (const kind of recordedKinds) await add(kind)
  await drained()
  const calls = [...injector.calls].toSorted()
  log.say(`${calls.length} calls recorded`)
  log.debug(calls.join('\n'))

  injector.mode = 'strike'
  const kills = startClockKills(seed, pids, (pid) => {
    injector.kill({ pid, functionName: '' })
    log.debug(`killed by the clock: ${pid}`)
  })
  resources.defer(kills.stop)
  const planned = planJobs(seed, calls)
  for (let index = 0; jobs.length < options.jobs; index++) {
    const { kind, strike } = planned(index)
    await add(kind, strike)
  }
  log.say(`${jobs.length} jobs sent`)
  await drained()

  injector.mode = 'calm'
  kills.stop()
  await Promise.all([events.settled(), commits.settled()])
  const metrics = await (await fetch(`${stack.apiUrl}/metrics`)).text()
  await stack.sweep()
  log.say('checking')
  const verdict = await checkInvariants(jobs, { bucket, db }, counted, commits.mayBeUncounted())
  report(verdict, [...untold, ...verdict.violations, ...wrongMetrics(metrics)], {
    'hand-overs': handOvers,
    'calls to kill at': calls.length,
    'processes killed by the clock': kills.count(),
    'dead letters redriven': queues.redriven,
  })
}

/** Starts the servers, the proxies before them, the stack behind them, and clients that go past the proxies. */
async function start() {
  const invocationSeconds = await shortestInvocation()
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-soak-'))
  resources.defer(() => rm(directory, { recursive: true, force: true }))
  const servers = await startFaultyServers(options, directory, injector, pids, resources)
  const bucketName = `soak-${seed}`
  const database = `soak_${seed}`
  const started = await startStack({
    directory: join(directory, 'stack'),
    concurrency: options.concurrency,
    trainTimeoutSeconds: invocationSeconds,
    retrySeconds: 0.1,
    api: { port: 0 },
    onLog,
    environment: {
      ...process.env,
      AWS_ENDPOINT_URL: servers.proxiedAwsUrl,
      MONGODB_URL: servers.proxiedMongoUrl,
      MONGODB_DB: database,
      ARTIFACT_BUCKET: bucketName,
      TENSORFLEET_THREADS: '1',
    },
  })
  stack = resources.adopt(started, (started) => started.close())
  const clients = { ...started.aws, endpoint: servers.awsUrl }
  const store = resources.adopt(connectObjectStore(clients), (store) => store.close())
  const sqs = resources.adopt(new SQSClient({ ...clients, useQueueUrlAsEndpoint: false }), (sqs) =>
    sqs.destroy(),
  )
  const client = resources.adopt(await MongoClient.connect(servers.mongoUrl), (client) => client.close())
  const { JOB_QUEUE_URL, DEAD_LETTER_QUEUE_URL } = started.environment
  return {
    stack: started,
    queues: new Queues(sqs, JOB_QUEUE_URL, DEAD_LETTER_QUEUE_URL),
    deadLetters: { url: DEAD_LETTER_QUEUE_URL, jobQueueUrl: JOB_QUEUE_URL, aws: clients },
    bucket: store.bucket(bucketName),
    db: client.db(database),
  }
}

/** Seconds. Long jobs take several invocations. One must hold a process' start, which takes longer on a busy machine. */
async function shortestInvocation(): Promise<number> {
  const handler = JSON.stringify(new URL('../../functions/train/handler.ts', import.meta.url).href)
  const beforeStart = performance.now()
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', `await import(${handler})`])
  return Math.max(3, Math.ceil((performance.now() - beforeStart) / 200))
}

function onLog(name: string, line: string): void {
  log.debug(`${name}: ${line}`)
  if (line.includes('"_aws"') && line.includes('worker_jobs_handed_over_total')) handOvers++
  if (!line.includes('"_aws"') || !line.includes('worker_tasks_completed_total')) return
  const { job_id, status }: Counted = JSON.parse(line)
  counted.push({ job_id, status })
  if (injector.mode === 'strike') events.maybeRepeat(job_id)
}

/** A sentence for each counter at /metrics that is not the number of the lines. */
function wrongMetrics(metrics: string): string[] {
  return ['completed', 'failed'].flatMap((status) => {
    const lines = counted.filter((line) => line.status === status).length
    const shown = Number(new RegExp(`^worker_tasks_${status}_total (\\d+)`, 'm').exec(metrics)?.[1])
    return shown === lines ? [] : [`worker_tasks_${status}_total is ${shown}, but ${lines} were counted`]
  })
}

function report(
  verdict: Verdict,
  violations: readonly string[],
  counts: {
    readonly 'hand-overs': number
    readonly 'calls to kill at': number
    readonly 'processes killed by the clock': number
    readonly 'dead letters redriven': number
  },
): void {
  const struck = (fault: (typeof faults)[number]) => injector.struck.get(fault) ?? 0
  console.table({
    seed,
    jobs: jobs.length,
    completed: verdict.completed,
    failed: verdict.failed,
    ...Object.fromEntries(
      searches.map((kind) => [`searches: ${kind}`, jobs.filter((job) => job.kind === kind).length]),
    ),
    'jobs handed over to Batch': jobs.filter((job) => job.kind === 'handed over').length,
    'hand-overs, those begun again counted': counts['hand-overs'],
    'calls to kill at': counts['calls to kill at'],
    'processes killed at a call': struck('kill-before') + struck('kill-after'),
    'processes killed by the clock': counts['processes killed by the clock'],
    'messages again': jobs.reduce((sum, { bodies }) => sum + bodies.length - new Set(bodies).size, 0),
    'events again': events.count(),
    ...Object.fromEntries(faults.filter((fault) => !isKill(fault)).map((fault) => [fault, struck(fault)])),
    'dead letters redriven': counts['dead letters redriven'],
    'committed and not counted': verdict.uncounted,
    'checkpoints left to expire': verdict.checkpoints,
    seconds: Number(log.seconds()),
    violations: violations.length,
  })
  for (const violation of violations) console.error(`VIOLATED  ${violation}`)
  if (violations.length === 0) return
  console.error(`Again: ${again}`)
  process.exitCode = 1
}
