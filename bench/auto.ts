/**
 * npm run bench:auto: the algorithm `auto` on the five parity sets and on three regressions, beside every algorithm that can be fitted, with its
 * defaults, each as a job of its own. Prints, as docs/auto.md has it, the cross-validated and the test score of what auto chose, those of the
 * single algorithm with the best cross-validated score, how many of them are not better than auto in it, and the seconds of the whole job. Argument: the budget in seconds (60).
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { algorithms } from '../shared/algorithms/index.ts'
import { algorithmNames } from '../shared/algorithms/names.ts'
import { jobKeys } from '../shared/job-store/keys.ts'
import { jobRecord } from '../shared/jobs/records.ts'
import type { CompletedResult, JobResult } from '../shared/jobs/result.ts'
import { DEFAULT_FOLDS } from '../shared/search/options.ts'
import { parityCsv, paritySets } from '../test/support/parity-set.ts'
import { testStack } from '../test/support/stack.ts'
import { markdownTable } from './markdown-table.ts'

const BUDGET_SECONDS = Number(process.argv[2] ?? 60)
const MAX_WAIT_SECONDS = 300
const fixtures = join(import.meta.dirname, '..', 'test', 'fixtures', 'parity-variants')
const sets = [
  ...paritySets.map((name) => ({ name, path: parityCsv(name), task: 'classification' })),
  ...['diabetes', 'heavy_tails', 'text'].map((name) => ({
    name,
    path: join(fixtures, `${name}.csv`),
    task: 'regression',
  })),
]

function completed(result: JobResult): CompletedResult {
  if (result.status === 'failed') throw new Error(result.error)
  return result
}

const testScore = ({ metrics }: CompletedResult) =>
  ('r2' in metrics ? metrics.test_r2 : metrics.test_accuracy) ?? Number.NaN

const meanOf = ({ cross_validation }: CompletedResult) => cross_validation?.mean_score ?? Number.NaN

const worker = await testStack()
const train = async (csv: Uint8Array, job: Record<string, unknown>) =>
  completed(await worker.train(csv, job, MAX_WAIT_SECONDS))

/** From being accepted to the result. */
async function secondsOf({ job_id, completed_at }: CompletedResult): Promise<number> {
  const { accepted_at } = jobRecord.parse(await worker.bucket.getJson(jobKeys.record(job_id)))
  return (Date.parse(completed_at ?? '') - Date.parse(accepted_at)) / 1000
}

async function compare({ path, task }: (typeof sets)[number]) {
  const csv = await readFile(path)
  const auto = await train(csv, { algorithm: 'auto', task, auto: { time_budget_seconds: BUDGET_SECONDS } })
  const { chosen, candidates = [] } = auto.leaderboard ?? {}
  const shelf = []
  for (const algorithm of algorithmNames) {
    if (!Object.hasOwn(algorithms[algorithm].estimators, task)) continue
    const result = await worker.train(csv, { algorithm, task, cv: DEFAULT_FOLDS }, MAX_WAIT_SECONDS)
    // A cnn refuses a table of few columns.
    if (result.status === 'completed') shelf.push({ algorithm, result })
  }
  const [best] = shelf.toSorted((a, b) => meanOf(b.result) - meanOf(a.result))
  return {
    chosen: `${chosen?.algorithm} ${JSON.stringify(chosen?.parameters)}`.replace(' {}', ''),
    tried: candidates.length,
    mean: meanOf(auto),
    test: testScore(auto),
    single: best.algorithm,
    meanOfSingle: meanOf(best.result),
    testOfSingle: testScore(best.result),
    beaten: shelf.filter(({ result }) => meanOf(result) <= meanOf(auto)).length,
    of: shelf.length,
    seconds: await secondsOf(auto),
  }
}

try {
  const row = markdownTable(
    [
      'data',
      'chosen',
      'tried',
      'CV score',
      'test score',
      'not better',
      'best default',
      'CV score',
      'test score',
      's',
      'at least',
    ],
    console.log,
  )
  for (const set of sets) {
    const found = await compare(set)
    const isBest = found.mean >= found.meanOfSingle && found.test >= found.testOfSingle
    row([
      set.name,
      found.chosen,
      found.tried,
      found.mean.toFixed(4),
      found.test.toFixed(4),
      `${found.beaten} of ${found.of}`,
      found.single,
      found.meanOfSingle.toFixed(4),
      found.testOfSingle.toFixed(4),
      found.seconds.toFixed(1),
      isBest && found.seconds <= BUDGET_SECONDS ? 'yes' : 'no',
    ])
  }
} finally {
  await worker.close()
}
