/**
 * npm run soak -- --jobs N [--seed S]: sends jobs through the whole system while its servers fail and its processes are
 * killed, then holds what came of it against what was sent. `npm run test:faults` is the short form.
 *
 * What is struck follows from the seed: every call that a job makes outside its process is recorded first on jobs left in
 * peace, then each is met by a kill before and after it, by each kind of fault, once or for long, and besides by random ones.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { MongoClient } from 'mongodb'
import { startAws } from '../../local/aws.ts'
import { startMongo } from '../../local/mongo/server.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { jobKeys } from '../../shared/storage/keys.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import {
  type Call,
  type Caller,
  type Chaos,
  chance,
  type Fault,
  faults,
  pick,
} from '../../test/system/faults/faults.ts'
import { startHttpProxy } from '../../test/system/faults/http-proxy.ts'
import { type Counted, checkInvariants } from '../../test/system/faults/invariants.ts'
import { failures, type Job, type Kind, makeJob, type Strike } from '../../test/system/faults/jobs.ts'
import { startMongoProxy } from '../../test/system/faults/mongo-proxy.ts'

const { values: options } = parseArgs({
  options: {
    jobs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    concurrency: { type: 'string', default: '3' },
    /** Servers to use instead of the embedded ones. */
    aws: { type: 'string' },
    mongo: { type: 'string' },
    /** For a Mongo that is reached by TLS: its certificate and key, in PEM. */
    certificate: { type: 'string' },
    key: { type: 'string' },
  },
})
const jobCount = Number(options.jobs)
const seed = Number(options.seed)
const concurrency = Number(options.concurrency)
if (![jobCount, seed, concurrency].every(Number.isSafeInteger))
  throw new Error('--jobs, --seed and --concurrency are whole numbers.')

/** Of calls met by a random fault, and by a random kill. */
const FAULT_RATE = 0.02
const KILL_RATE = 0.002

const bucketName = `soak-${seed}`
const started = performance.now()
const elapsed = () => ((performance.now() - started) / 1000).toFixed(1)
const say = (line: string) => console.log(`${elapsed().padStart(7)} s  ${line}`)
const debug = (line: string) => {
  if (process.env.TENSORFLEET_DEBUG) console.error(`${elapsed().padStart(7)} s  ${line}`)
}
say(`seed ${seed}, ${jobCount} jobs: npm run soak -- --jobs ${jobCount} --seed ${seed}`)

// Long jobs take several invocations. One must hold a process' start, which takes longer on a busy machine.
const handler = JSON.stringify(new URL('../../functions/train/handler.ts', import.meta.url).href)
const beforeStart = performance.now()
await promisify(execFile)(process.execPath, ['--input-type=module', '-e', `await import(${handler})`])
const invocationSeconds = Math.max(3, Math.ceil((performance.now() - beforeStart) / 200))

const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-soak-'))
const ownAws = options.aws === undefined ? await startAws(join(directory, 'aws')) : undefined
const ownMongo =
  options.mongo === undefined ? await startMongo({ directory: join(directory, 'mongo') }) : undefined
const awsUrl = options.aws ?? ownAws?.endpoint ?? ''
const mongoUrl = options.mongo ?? `${ownMongo?.url}/`

const byId = new Map<string, Job>()
const byModel = new Map<string, Job>()
const lastJobOf = new Map<number, Job>()
const occurrences = new Map<string, number>()
/** The calls of the functions, recorded while nothing is struck. */
const calls = new Set<string>()
let mode: 'record' | 'strike' | 'calm' = 'record'
const struck = new Map<Fault, number>()
const COMMIT = 'S3 PUT jobs/{id}/result.json'
/** Jobs that are committed and may not be counted: see `watchCommit`. */
const mayBeUncounted = new Set<string>()
const watches = new Set<Promise<void>>()

/** A process that is killed, or whose time is up, takes with it the count of what it has just asked to commit. */
async function watchCommit(id: string, caller: Caller | undefined): Promise<void> {
  const until = Date.now() + 60_000
  while (!counted.some(({ job_id }) => job_id === id) && Date.now() < until) {
    if (caller === undefined || !pids().includes(caller.pid)) {
      mayBeUncounted.add(id)
      return
    }
    await pause(500)
  }
}

/** Of jobs whose commit may be done without an answer: the process that asked for it, and has not asked again. */
const unanswered = new Map<string, number | undefined>()
const loseAnswers: readonly Fault[] = ['lose-answer', 'cut-answer', 'late-error']

/** Who never hears that its commit is done, because its time or its attempts are up, cannot count it. */
function watchAnswer(id: string, caller: Caller | undefined, fault: Fault | undefined): void {
  const isAnswered = fault === undefined || fault === 'delay'
  if (isAnswered && unanswered.get(id) === caller?.pid) unanswered.delete(id)
  if (!isAnswered && loseAnswers.includes(fault)) unanswered.set(id, caller?.pid)
}

/** The job that a call is about: the one it names, else the one that its process was last busy with. */
function jobOf(call: Call): Job | undefined {
  const [named] = call.text.match(/\bjob-\d+-\d+\b|\brejected-[0-9a-f]{24}\b/) ?? []
  const [model] = call.text.match(/\b[0-9a-f]{24}\b/) ?? []
  const job = byId.get(named ?? '') ?? byModel.get(model ?? '')
  if (call.caller === undefined) return job
  if (job !== undefined) lastJobOf.set(call.caller.pid, job)
  return job ?? lastJobOf.get(call.caller.pid)
}

const nameOf = (call: Call) => `${call.caller?.functionName ?? 'stack'} ${call.name}`
const isKill = (fault: Fault) => fault.startsWith('kill')

const chaos: Chaos = {
  decide(call) {
    const name = nameOf(call)
    const job = jobOf(call)
    if (mode === 'record' && call.caller !== undefined) calls.add(name)
    if (call.name === COMMIT && job !== undefined) watches.add(watchCommit(job.id, call.caller))
    if (mode !== 'strike') return undefined
    const id = job?.id ?? ''
    const nth = (occurrences.get(`${id} ${name}`) ?? 0) + 1
    occurrences.set(`${id} ${name}`, nth)
    const fault =
      job?.strike?.call === name && nth <= job.strike.times ? job.strike.fault : noise(call, id, nth)
    if (call.name === COMMIT && job !== undefined) watchAnswer(job.id, call.caller, fault)
    if (fault !== undefined) {
      struck.set(fault, (struck.get(fault) ?? 0) + 1)
      debug(`${fault}: ${name} of ${id}`)
    }
    return fault
  },
  kill({ pid }: Caller) {
    process.kill(pid, 'SIGKILL')
  },
}

/** Random faults; none that lets SQS believe that a message is being worked on, as it would be for half a minute. */
function noise(call: Call, id: string, nth: number): Fault | undefined {
  const name = nameOf(call)
  if (call.caller !== undefined && chance(seed, id, name, nth, 'kill') < KILL_RATE)
    return pick(['kill-before', 'kill-after'], seed, id, name, nth)
  if (chance(seed, id, name, nth) >= FAULT_RATE) return undefined
  const kinds = faults.filter(
    (fault) => !isKill(fault) && (fault !== 'duplicate' || name.endsWith('SendMessage')),
  )
  if (name.endsWith('ReceiveMessage'))
    return pick(['delay', 'drop', 'error', 'slow-down'], seed, id, name, nth)
  return pick(kinds, seed, id, name, nth, 'kind')
}

const pids = () => stack?.pids() ?? []
let stack: Stack | undefined
const http = await startHttpProxy(awsUrl, chaos, pids)
const mongo = await startMongoProxy(
  {
    host: new URL(mongoUrl).hostname,
    port: Number(new URL(mongoUrl).port),
    ...(options.certificate === undefined || options.key === undefined
      ? {}
      : {
          certificate: {
            cert: await readFile(options.certificate, 'utf8'),
            key: await readFile(options.key, 'utf8'),
          },
        }),
  },
  chaos,
  pids,
)
const proxied = new URL(mongoUrl)
proxied.port = String(mongo.port)
Object.assign(process.env, {
  AWS_ENDPOINT_URL: http.url,
  MONGODB_URL: proxied.href,
  MONGODB_DB: `soak_${seed}`,
  ARTIFACT_BUCKET: bucketName,
  TENSORFLEET_THREADS: '1',
})

/** Kills a function's process every few seconds, whatever it is doing: most of all while it calls nobody. */
let killedByClock = 0
function killByClock(nth = 0): void {
  const seconds = 2 + 8 * chance(seed, 'clock', nth)
  clock = setTimeout(() => {
    if (mode === 'strike' && pids().length > 0) {
      const pid = pick(pids(), seed, 'clock', nth, 'process')
      chaos.kill({ pid, functionName: '' })
      killedByClock++
      debug(`killed by the clock: ${pid}`)
    }
    killByClock(nth + 1)
  }, seconds * 1000)
}
let clock: NodeJS.Timeout | undefined

/** Of committed jobs: those whose event comes again, once at once and once later. */
const EVENT_AGAIN_RATE = 0.05
const eventsAgain = new Set<Promise<void>>()
function repeatEvent(jobId: string): void {
  if (mode !== 'strike' || chance(seed, jobId, 'event') >= EVENT_AGAIN_RATE) return
  for (const delay of [0, 3000 * chance(seed, jobId, 'event', 'delay')]) {
    const event = pause(delay)
      .then(() => stack?.register(jobId))
      // An event that fails three times is lost; the sweep makes up for it.
      .catch((error: unknown) => debug(`event again of ${jobId}: ${error}`))
    eventsAgain.add(event)
  }
}

const counted: Counted[] = []
function onLog(name: string, line: string): void {
  debug(`${name}: ${line}`)
  if (!line.includes('"_aws"') || !line.includes('worker_tasks_completed_total')) return
  const { job_id, status }: Counted = JSON.parse(line)
  counted.push({ job_id, status })
  repeatEvent(job_id)
}

const start = () =>
  startStack({
    directory: join(directory, 'stack'),
    concurrency,
    trainTimeoutSeconds: invocationSeconds,
    retrySeconds: 1,
    ports: { metrics: 0 },
    onLog,
  })
stack = await start()
const store = connectObjectStore({ ...stack.aws, endpoint: awsUrl })
const bucket = store.bucket(bucketName)
const sqs = new SQSClient({ ...stack.aws, endpoint: awsUrl, useQueueUrlAsEndpoint: false })
const client = await MongoClient.connect(mongoUrl)
const db = client.db(`soak_${seed}`)
const queueUrl = stack.environment.JOB_QUEUE_URL
const deadLetterQueueUrl = stack.environment.DEAD_LETTER_QUEUE_URL

async function send(job: Job): Promise<void> {
  byId.set(job.id, job)
  byModel.set(job.model, job)
  if (job.dataset !== undefined) await bucket.put(`datasets/${job.id}.csv`, job.dataset)
  if (job.cancelled) await bucket.put(jobKeys.cancel(job.id), '')
  for (const body of job.bodies)
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }))
}

async function messagesIn(QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  )
}

let redriven = 0
/** What an operator does once the bad minutes are over: sends the dead letters again. */
async function redrive(): Promise<void> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl, MaxNumberOfMessages: 10 }),
    )
    if (Messages.length === 0) return
    for (const { Body, ReceiptHandle } of Messages) {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: Body }))
      await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle }))
      redriven++
    }
  }
}

/** Resolves when no message is left, neither in the queue nor among the dead letters. */
async function drained(): Promise<void> {
  let told = performance.now()
  for (let empty = 0; empty < 2; ) {
    await pause(250)
    if ((await messagesIn(deadLetterQueueUrl)) > 0) await redrive()
    const left = await messagesIn(queueUrl)
    empty = left === 0 ? empty + 1 : 0
    if (performance.now() - told < 10_000) continue
    told = performance.now()
    const faultCount = struck.values().reduce((sum, count) => sum + count, 0)
    say(`${counted.length} outcomes, ${left} messages left, ${faultCount} faults, ${redriven} redriven`)
  }
}

if ((await messagesIn(queueUrl)) + (await messagesIn(deadLetterQueueUrl)) > 0)
  throw new Error('The queues hold messages of an earlier run: start the servers anew.')
const jobs: Job[] = []
async function add(kind: Kind, strike?: Strike): Promise<void> {
  const job = makeJob(seed, jobs.length, kind, bucketName, strike)
  jobs.push(job)
  await send(job)
}

try {
  for (const kind of ['short', 'short', 'long', ...failures] as const) await add(kind)
  await drained()
  const steps = [...calls].toSorted()
  say(`${steps.length} calls recorded`)
  debug(steps.join('\n'))

  mode = 'strike'
  killByClock()
  const longCalls = /checkpoints|SendMessage|status/
  const lookups = /train Mongo/
  const kindFor = (call: string): Kind =>
    longCalls.test(call) ? 'long' : lookups.test(call) ? 'no dataset' : 'short'
  const killed = (kind: Kind, call: string) =>
    (['kill-before', 'kill-after'] as const).map((fault) => ({ kind, strike: { call, fault, times: 1 } }))
  const endings = [`train ${COMMIT}`, 'train S3 POST ?delete=']
  const mandatory = [
    ...steps.flatMap((call) => killed(kindFor(call), call)),
    ...endings.flatMap((call) => killed('cancelled', call)),
    ...endings.flatMap((call) => killed('ragged rows', call)),
  ]
  const randomStrike = (index: number): Strike | undefined => {
    if (chance(seed, index, 'struck') > 0.3) return undefined
    const call = pick(steps, seed, index, 'call')
    // A duplicate of anything but a message is what the SDK's own retries are.
    const fitting = call.endsWith('SendMessage') ? faults : faults.filter((fault) => fault !== 'duplicate')
    const fault = pick(fitting, seed, index, 'fault')
    return { call, fault, times: isKill(fault) ? 1 : pick([1, 1, 8, 8, 8, 40], seed, index, 'times') }
  }
  const randomKind = (index: number): Kind => {
    const draw = chance(seed, index, 'kind')
    if (draw < 0.02) return 'long'
    return draw < 0.12 ? pick(failures, seed, index, 'failure') : 'short'
  }
  for (let index = 0; jobs.length < jobCount; index++) {
    const planned = mandatory[index]
    const strike = planned?.strike ?? randomStrike(index)
    await add(planned?.kind ?? (strike === undefined ? randomKind(index) : kindFor(strike.call)), strike)
  }
  say(`${jobs.length} jobs sent`)
  await drained()

  mode = 'calm'
  clearTimeout(clock)
  await Promise.all([...eventsAgain, ...watches])
  const metrics = await (await fetch(stack.metricsUrl ?? '')).text()
  await stack.sweep()
  say('checking')
  const verdict = await checkInvariants(
    jobs,
    { bucket, db },
    counted,
    mayBeUncounted.union(new Set(unanswered.keys())),
  )
  const { violations } = verdict
  for (const status of ['completed', 'failed']) {
    const lines = counted.filter((line) => line.status === status).length
    const shown = Number(new RegExp(`^worker_tasks_${status}_total (\\d+)`, 'm').exec(metrics)?.[1])
    if (shown !== lines)
      violations.push(`worker_tasks_${status}_total is ${shown}, but ${lines} were counted`)
  }
  const killCount = (struck.get('kill-before') ?? 0) + (struck.get('kill-after') ?? 0)
  console.table({
    seed,
    jobs: jobs.length,
    completed: verdict.completed,
    failed: verdict.failed,
    'calls to kill at': steps.length,
    'processes killed at a call': killCount,
    'processes killed by the clock': killedByClock,
    'messages again': jobs.reduce((sum, { bodies }) => sum + bodies.length - new Set(bodies).size, 0),
    'events again': eventsAgain.size,
    ...Object.fromEntries(
      faults.filter((fault) => !isKill(fault)).map((fault) => [fault, struck.get(fault) ?? 0]),
    ),
    'dead letters redriven': redriven,
    'committed and not counted': verdict.uncounted,
    'checkpoints left to expire': verdict.checkpoints,
    seconds: Number(elapsed()),
    violations: violations.length,
  })
  for (const violation of violations) console.error(`VIOLATED  ${violation}`)
  if (violations.length > 0) {
    console.error(`Again: npm run soak -- --jobs ${jobCount} --seed ${seed}`)
    process.exitCode = 1
  }
} finally {
  clearTimeout(clock)
  await stack?.close()
  await client.close()
  store.close()
  sqs.destroy()
  await http.close()
  await mongo.close()
  await ownAws?.close()
  await ownMongo?.close()
  await rm(directory, { recursive: true, force: true })
}
