/**
 * npm run bench:trials: a search of many trials on the embedded stack, each in a call of its own, and the same in one call.
 * Prints how many trials a second it did, how long a trial took from being received to its commit, and what a trial cost
 * beside its fits; and how long another sender's single jobs took beside the search. Arguments: how many trials (1000), how many side by side (100).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { startStack } from '../local/stack.ts'
import { resultKey } from '../shared/job-store/result-key.ts'
import { jobResult } from '../shared/jobs/result.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { markdownTable, milliseconds } from './markdown-table.ts'

const TRIALS = Number(process.argv[2] ?? 1000)
const PARALLEL = Number(process.argv[3] ?? 100)
const PLACES = availableParallelism()

const ended = z.object({
  message: z.literal('trial ended'),
  fit_seconds: z.number(),
  attempt_seconds: z.number(),
})
let trials: z.infer<typeof ended>[] = []

const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-trials-'))
const stack = await startStack({ directory, concurrency: PLACES, onLog })
const sqs = new SQSClient(stack.aws)
const store = connectObjectStore(stack.aws)
const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)

function onLog(_name: string, line: string): void {
  if (line.includes('trial ended')) trials.push(ended.parse(JSON.parse(line)))
}

/** Seconds from sending a search to its result. */
async function search(jobId: string, n_trials: number, max_parallel: number): Promise<number> {
  const parameters = { ccp_alpha: { uniform: [0, 0.05] }, max_depth: { integers: [1, 12] } }
  const job = {
    job_id: jobId,
    algorithm: 'decision_tree',
    dataset_path: 'wine',
    search: { method: 'random', parameters, n_trials, max_parallel },
  }
  trials = []
  return secondsOf(job, 'many')
}

/** Another sender's single jobs, one after the other, until the search has ended: the seconds of each. */
async function singleJobs(isOver: () => boolean): Promise<number[]> {
  const seconds: number[] = []
  while (!isOver()) {
    const job = { job_id: `single-${seconds.length}`, algorithm: 'decision_tree', dataset_path: 'iris' }
    seconds.push(await secondsOf(job, 'single'))
    await sleep(2000)
  }
  return seconds
}

/** Seconds from sending a job to its result. */
async function secondsOf(job: { readonly job_id: string }, MessageGroupId: string): Promise<number> {
  const started = performance.now()
  const QueueUrl = stack.environment.JOB_QUEUE_URL
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job), MessageGroupId }))
  for (;;) {
    const found = await bucket.getJson(resultKey(job.job_id))
    if (found === undefined) await sleep(50)
    else {
      const result = jobResult.parse(found)
      if (result.status === 'failed') throw new Error(result.error)
      return (performance.now() - started) / 1000
    }
  }
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

try {
  await stack.seed()
  await search('warm-up', 4 * PLACES, 2 * PLACES)
  const row = markdownTable(
    [
      'trials',
      'side by side',
      'places',
      's',
      'trials a second',
      'a trial: p50, ms',
      'p99, ms',
      'its fits, ms',
      'beside them, ms',
    ],
    console.log,
  )
  let isOver = false
  const searching = search('side-by-side', TRIALS, PARALLEL).finally(() => {
    isOver = true
  })
  const [seconds, singles] = await Promise.all([searching, singleJobs(() => isOver)])
  const attempts = trials.map(({ attempt_seconds }) => attempt_seconds)
  const fits = mean(trials.map(({ fit_seconds }) => fit_seconds))
  row([
    TRIALS,
    PARALLEL,
    PLACES,
    seconds.toFixed(1),
    (TRIALS / seconds).toFixed(1),
    milliseconds(percentile(attempts, 0.5)),
    milliseconds(percentile(attempts, 0.99)),
    milliseconds(fits),
    // All that a place does for a trial: SQS, the call, the bucket.
    milliseconds((seconds * PLACES) / TRIALS - fits),
  ])
  const inOne = await search('in-one-call', TRIALS, 1)
  row([TRIALS, 1, 1, inOne.toFixed(1), (TRIALS / inOne).toFixed(1), '', '', milliseconds(inOne / TRIALS), ''])
  const [middle, slowest] = [percentile(singles, 0.5), Math.max(...singles)].map(milliseconds)
  console.log(
    `\nAnother sender's ${singles.length} single jobs beside the ${TRIALS} trials took ${middle} ms each (median), ${slowest} ms at most.`,
  )
} finally {
  store.close()
  sqs.destroy()
  await stack.close()
  await rm(directory, { recursive: true, force: true })
}
