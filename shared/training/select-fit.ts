/**
 * What comes before the fit of a job's model: nothing, a cross-validation, or a search for the best hyperparameters, which
 * is a cross-validation of each combination.
 */
import type { AnyPrepared } from '../data/prepare.ts'
import { JobError } from '../errors/job-error.ts'
import { plural } from '../errors/sentences.ts'
import { meanAndDeviation } from '../evaluation/scorers.ts'
import type { TrialOutcome } from '../job-store/checkpoint.ts'
import type { LiveTrials, TrainableJob } from '../jobs/records.ts'
import type { SearchResult } from '../jobs/result.ts'
import type { SearchOptions } from '../search/options.ts'
import { planTrials } from '../search/plan-trials.ts'
import type { PlannedTrial, TrialPlan } from '../search/trial-plan.ts'
import type { AutoData } from './auto-data.ts'
import { chooseAlgorithm } from './choose-algorithm.ts'
import { type AnyTrainer, trainerOf } from './choose-trainer.ts'
import { type Folds, foldsOfRounds, progressOf, scoreFolds } from './cross-validate.ts'
import { type EndedTrials, sizeOf, trialOutcomes } from './fan-out.ts'
import type { FitPart } from './fit-job.ts'
import type { JobContext } from './job-context.ts'
import { type Call, isOfTrial, MAX_RIVALS, type Rival, type Selected } from './selected-fit.ts'

/**
 * Does what is left of it in this call.
 *
 * @param trainer of the message's own hyperparameters.
 * @param folds where the message asks for them.
 * @param prepared of all training rows.
 * @param trials of a search whose trials ran in calls of their own.
 * @param auto where the message leaves the algorithm open.
 * @returns 'paused' when the call's time was too short.
 */
export async function selectFit(
  job: TrainableJob,
  {
    trainer,
    folds,
    trials,
    auto,
    prepared,
  }: {
    trainer: AnyTrainer
    folds: Folds | undefined
    prepared: AnyPrepared
    trials?: EndedTrials | undefined
    auto?: AutoData | undefined
  },
  call: Call,
  context: JobContext,
): Promise<Selected | 'paused'> {
  if (auto !== undefined) return chooseAlgorithm(job, auto, call, context, trials)
  if (folds === undefined) return { trainer, part: { ...call, reached: {} }, warnings: [] }
  if (trials) return closeSearch(job, trials, folds, call)
  const { search: options } = job.message
  if (options) {
    const plan = planTrials(options, sizeOf(folds, prepared))
    return search(job, { options, plan }, folds, call, context)
  }
  const scores = [...(call.resumed?.foldScores ?? [])]
  const partOf = (index: number): FitPart => ({
    ...call,
    reached: { stage: `fold ${index}`, foldScores: scores },
    progress: progressOf(call.progress, index, folds.count + 1),
  })
  if ((await scoreFolds(job, trainer, folds, scores, partOf, context)) === 'paused') return 'paused'
  return {
    trainer,
    part: {
      ...call,
      reached: { foldScores: scores },
      progress: progressOf(call.progress, folds.count, folds.count + 1),
    },
    crossValidation: { metric: folds.metric, scores, ...meanAndDeviation(scores) },
    warnings: [],
  }
}

type Trial = SearchResult['trials'][number]

function meansOf(outcomes: readonly TrialOutcome[]): (number | undefined)[] {
  return outcomes.map((outcome) =>
    'error' in outcome ? undefined : meanAndDeviation(outcome.scores).mean_score,
  )
}

async function search(
  job: TrainableJob,
  { options, plan }: { options: SearchOptions; plan: TrialPlan },
  folds: Folds,
  call: Call,
  context: JobContext,
): Promise<Selected | 'paused'> {
  const outcomes: TrialOutcome[] = [...(call.resumed?.trials ?? [])]
  const parts = plan.total * folds.count + 1
  const foldsFor = foldsOfRounds(folds)
  const elapsed = () => (call.resumed?.elapsed ?? 0) + (performance.now() - call.started) / 1000
  let stoppedBy: SearchResult['stopped_by']
  // A fit of the model that was begun ends the search, whatever the clock says now.
  const isOver = () => call.resumed?.trials !== undefined && call.resumed.stage === undefined
  let planned = plan.trials(meansOf(outcomes))
  for (; outcomes.length < planned.length; planned = plan.trials(meansOf(outcomes))) {
    stoppedBy = isOver() ? call.resumed?.stoppedBy : reasonToStop(options, outcomes, elapsed())
    if (stoppedBy !== undefined || isOver()) break
    const index = outcomes.length
    const isResumed = call.resumed?.stage?.startsWith(`trial ${index} `) === true
    const scores = isResumed ? [...(call.resumed?.foldScores ?? [])] : []
    const begun = isResumed ? secondsOf(outcomes) : elapsed()
    const partOf = (fold: number): FitPart => ({
      ...call,
      reached: { stage: `trial ${index} fold ${fold}`, foldScores: scores, trials: outcomes },
      progress: progressOf(call.progress, index * folds.count + fold, parts),
    })
    try {
      const trainer = trainerOf(job.message, planned[index].parameters, folds.task)
      const part = foldsFor(planned[index])
      if ((await scoreFolds(job, trainer, part, scores, partOf, context)) === 'paused') return 'paused'
      outcomes.push({ scores, seconds: elapsed() - begun })
    } catch (error) {
      if (!isOfTrial(error)) throw error
      outcomes.push({ error: error.message, seconds: elapsed() - begun })
    }
    const known = planned
    call.progress.tried(() => triedOf(known, outcomes, plan.total, folds.metric))
  }
  return selected(job, trialsFrom(planned, outcomes), folds, stoppedBy, {
    ...call,
    reached: { trials: outcomes, ...(stoppedBy && { stoppedBy }) },
    progress: progressOf(call.progress, parts - 1, parts),
  })
}

const secondsOf = (outcomes: readonly TrialOutcome[]) =>
  outcomes.reduce((sum, { seconds = 0 }) => sum + seconds, 0)

/** What was tried so far, for people who wait. */
function triedOf(
  planned: readonly PlannedTrial[],
  outcomes: readonly TrialOutcome[],
  total: number,
  metric: string,
): LiveTrials {
  return { metric, planned: Math.max(total, outcomes.length), trials: trialsFrom(planned, outcomes) }
}

/** A search whose trials ran in calls of their own: only the fit of the model remains. */
function closeSearch(job: TrainableJob, ended: EndedTrials, folds: Folds, call: Call): Selected {
  const { planned, outcomes, stoppedBy } = trialOutcomes(ended)
  const { length } = planned
  const progress = progressOf(call.progress, length, length + 1)
  return selected(job, trialsFrom(planned, outcomes), folds, stoppedBy, { ...call, reached: {}, progress })
}

function trialsFrom(planned: readonly PlannedTrial[], outcomes: readonly TrialOutcome[]): Trial[] {
  return outcomes.map((outcome, k) => {
    const { parameters, iteration, n_resources } = planned[k]
    const of = {
      parameters: { ...parameters },
      ...(iteration !== undefined && { iteration }),
      ...(n_resources !== undefined && { n_resources }),
      ...(outcome.seconds !== undefined && { seconds: outcome.seconds }),
    }
    return 'error' in outcome
      ? { ...of, error: outcome.error }
      : { ...of, scores: [...outcome.scores], ...meanAndDeviation(outcome.scores) }
  })
}

function selected(
  job: TrainableJob,
  trials: Trial[],
  folds: Folds,
  stoppedBy: SearchResult['stopped_by'],
  part: FitPart,
): Selected {
  const { metric, task } = folds
  const best = bestOf(trials)
  const failed = trials.filter((trial) => 'error' in trial)
  if (best === undefined) {
    const reason = failed[0]?.error ?? 'no trial has a score.'
    throw new JobError(
      'bad_hyperparameter',
      `None of the search's ${plural(trials.length, 'trial')} has a score: ${reason}`,
    )
  }
  const { parameters, scores, mean_score, std_score } = best
  return {
    trainer: trainerOf(job.message, parameters, task),
    part,
    crossValidation: { metric, scores, mean_score, std_score },
    rivals: rivalsOf(job, trials, best, folds),
    search: {
      method: job.message.search?.method ?? 'grid',
      metric,
      best_parameters: parameters,
      best_score: mean_score,
      trial_count: trials.length,
      failed_count: failed.length,
      ...(stoppedBy && { stopped_by: stoppedBy }),
      trials,
    },
    warnings:
      failed.length === 0
        ? []
        : [
            `${failed.length} of the search's ${plural(trials.length, 'trial')} failed, the first one so: ${failed[0].error}`,
          ],
  }
}

/** The next best trials; of successive halving those of the last round alone, which had as much of the resource. */
function rivalsOf(job: TrainableJob, trials: readonly Trial[], best: ScoredTrial, folds: Folds): Rival[] {
  const tried = new Set([JSON.stringify(best.parameters)])
  return trials
    .flatMap((trial) =>
      'error' in trial || typeof trial.mean_score !== 'number' || trial.iteration !== best.iteration
        ? []
        : [{ ...trial, meanScore: trial.mean_score }],
    )
    .toSorted((a, b) => b.meanScore - a.meanScore)
    .filter(({ parameters }) => {
      const text = JSON.stringify(parameters)
      return !tried.has(text) && tried.add(text)
    })
    .slice(0, MAX_RIVALS)
    .map(({ parameters, meanScore, seconds = 0 }) => {
      const trainer = trainerOf(job.message, parameters, folds.task)
      return { trainer, parameters, meanScore, seconds, folds: folds.count }
    })
}

type ScoredTrial = Extract<Trial, { scores: unknown }> & { readonly mean_score: number }

/** The first of those with the best mean score, as scikit-learn chooses; of successive halving in the last round that has scores. */
function bestOf(trials: readonly Trial[]): ScoredTrial | undefined {
  let best: ScoredTrial | undefined
  for (const trial of trials) {
    if ('error' in trial || trial.mean_score === null || Number.isNaN(trial.mean_score)) continue
    const isLater = (trial.iteration ?? 0) > (best?.iteration ?? 0)
    if (best === undefined || isLater || trial.mean_score > best.mean_score)
      best = { ...trial, mean_score: trial.mean_score }
  }
  return best
}

function reasonToStop(
  { time_budget_seconds, patience }: SearchOptions,
  outcomes: readonly TrialOutcome[],
  elapsed: number,
): SearchResult['stopped_by'] {
  if (outcomes.length === 0) return undefined
  if (typeof time_budget_seconds === 'number' && elapsed > time_budget_seconds) return 'time_budget_seconds'
  if (typeof patience !== 'number') return undefined
  const means = meansOf(outcomes).map((mean) => mean ?? Number.NEGATIVE_INFINITY)
  const best = means.indexOf(Math.max(...means))
  return means.length - 1 - best >= patience ? 'patience' : undefined
}
