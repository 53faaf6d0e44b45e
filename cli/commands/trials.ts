import type { Command } from 'commander'
import { findJob } from '../../shared/job-store/accept.ts'
import { findResult } from '../../shared/job-store/commit.ts'
import { type ListedTrial, trialsOfPlan, trialsOfResult } from '../../shared/job-store/list-trials.ts'
import { findPlan } from '../../shared/job-store/search-plan.ts'
import { isJobId } from '../../shared/jobs/ids.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { withConnection } from '../connect.ts'
import { table } from '../output.ts'
import { UsageError } from '../usage-error.ts'

type Options = { sort?: boolean; json?: boolean }

export function addTrials(program: Command): void {
  program
    .command('trials')
    .description(
      'list the trials of a job’s search, or the candidates of auto: hyperparameters, scores, and how far those are that run',
    )
    .argument('<job>', 'a job’s id')
    .option('--sort', 'the best first, instead of in the order of the search')
    .option('--json', 'print JSON and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet trials churn-12
  $ tensorfleet trials churn-12 --sort
  $ tensorfleet trials churn-12 --json
A job's trials can be listed while they run where its search, or its auto, has max_parallel, and else when it has completed.`,
    )
    .action(async (id: string, options: Options) => {
      if (!isJobId(id)) throw new UsageError(`${JSON.stringify(id)} cannot be a job’s id.`)
      await withConnection(program, false, async ({ bucket }) => {
        const found = await trialsOf(bucket, id)
        const trials = options.sort ? found.toSorted(byScore) : found
        if (options.json) process.stdout.write(`${JSON.stringify(trials)}\n`)
        else
          process.stdout.write(
            table([['trial', 'state', 'score', '±', 'hyperparameters'], ...trials.map(row)]),
          )
      })
    })
}

/** @throws Error with a sentence where there are none to list. */
async function trialsOf(bucket: Bucket, id: string): Promise<ListedTrial[]> {
  const plan = await findPlan(bucket, id)
  const result = await findResult(bucket, id)
  if (result?.status === 'failed')
    throw new Error(`Job ${id} failed, and its trials are gone: ${result.error}`)
  if (result?.search !== undefined || result?.leaderboard !== undefined) return trialsOfResult(result)
  if (result === undefined && plan !== undefined) return trialsOfPlan(bucket, id, plan)
  const job = await findJob(bucket, id)
  if (job === undefined) throw new Error(`There is no job ${id} (or it has not been started yet).`)
  throw new Error(
    job.message?.search || job.message?.algorithm === 'auto'
      ? `Job ${id} has no trials to list yet: without max_parallel they are known when it has completed.`
      : `Job ${id} has no search.`,
  )
}

const byScore = (a: ListedTrial, b: ListedTrial) => rank(b) - rank(a)
const rank = ({ mean_score }: ListedTrial) =>
  typeof mean_score === 'number' && !Number.isNaN(mean_score) ? mean_score : Number.NEGATIVE_INFINITY

function row(listed: ListedTrial): unknown[] {
  const { trial, algorithm, state, mean_score, std_score, parameters, error, percent } = listed
  const values = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const tried = (algorithm === undefined ? values : [algorithm, ...values]).join(' ')
  const about = error === undefined ? tried : `${tried}  ${error}`
  const shown = percent === undefined ? state : `${state} ${Math.round(percent)} %`
  return [trial, shown, figure(mean_score, 5), figure(std_score, 2), about]
}

function figure(value: number | null | undefined, digits: number): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(digits))) : ''
}
