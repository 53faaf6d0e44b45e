/**
 * The rivals of a job's model: the next best of its search, or of "auto", fitted on the same training rows and compared on the test
 * rows. docs/search.md, "Where the best is right and its rivals are not".
 */
import type { Fit, FitContext, TrainingData } from '../algorithms/algorithm.ts'
import type { AnyRestored } from '../algorithms/descriptor.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import { classLabel } from '../data/preparation.ts'
import type { AnyPrepared } from '../data/prepare.ts'
import type { Task } from '../data/task.ts'
import { shorten } from '../errors/sentences.ts'
import { compareClasses, compareNumbers } from '../evaluation/compare-rivals.ts'
import type { RivalComparison } from '../jobs/result.ts'
import { predictAll } from '../prediction/open-predictor.ts'
import { NAME_LENGTH } from '../report/report-data.ts'
import type { FinishedFit } from './fit-job.ts'
import type { JobContext } from './job-context.ts'
import { withoutKernelFaults } from './kernel-fault.ts'
import { FINAL_FIT } from './score-candidate.ts'
import { isOfTrial, type Rival, type Selected } from './selected-fit.ts'
import { type CallLimits, OutOfTime } from './time-limits.ts'
import { trainingData } from './training-data.ts'

/** Classes that are listed: those with the most test rows. */
const MAX_CLASSES = 50

type Fitted = { readonly rival: Rival; readonly model: AnyRestored; readonly prepared: AnyPrepared }

/**
 * Fits the rivals for which there is time, and compares. What stops one of them leaves it out, and never ends the job, but for a
 * cancellation.
 *
 * @returns undefined where no rival could be fitted.
 */
export async function compareRivals(
  { rivals = [], hasTimeFor: jobHasTimeFor, part: { progress } }: Selected,
  { model }: Pick<FinishedFit, 'model'>,
  { prepared, limits }: { readonly prepared: AnyPrepared; readonly limits: CallLimits },
  context: JobContext,
): Promise<RivalComparison | undefined> {
  const hasTimeFor = (seconds: number) =>
    performance.now() + 1000 * seconds < limits.beginBefore && (jobHasTimeFor?.(seconds) ?? true)
  const fitted: Fitted[] = []
  for (const rival of rivals) {
    if (!hasTimeFor((FINAL_FIT * rival.seconds) / (rival.folds - 1))) continue
    const step: FitContext['step'] = async (at) => {
      const next = await progress.step(at)
      if (next === 'pause' || !hasTimeFor(0)) throw new OutOfTime('There is no time left for a rival.')
      return next
    }
    try {
      const own = rival.prepared?.() ?? prepared
      const fit = await fitOnce(rival.trainer, trainingData(own), {
        threads: context.threads,
        ...(context.arithmetic && { arithmetic: context.arithmetic }),
        step,
      })
      if (fit.status === 'done') fitted.push({ rival, model: fit.model, prepared: own })
    } catch (error) {
      if (!(error instanceof OutOfTime) && !isOfTrial(error)) throw error
    }
  }
  return fitted.length === 0 ? undefined : compared(fitted, model, prepared, context)
}

function fitOnce(
  trainer: {
    readonly algorithm: AlgorithmName
    fit(data: TrainingData<Task>, context: FitContext): Promise<Fit<AnyRestored>>
  },
  data: TrainingData<Task>,
  context: FitContext,
): Promise<Fit<AnyRestored>> {
  const { rows, columns } = data.features
  return withoutKernelFaults({ algorithm: trainer.algorithm, rows, columns }, () =>
    trainer.fit(data, context),
  )
}

async function compared(
  fitted: readonly Fitted[],
  model: AnyRestored,
  prepared: AnyPrepared,
  { threads }: JobContext,
): Promise<RivalComparison> {
  const predict = async (of: AnyRestored, { test }: AnyPrepared) =>
    (await predictAll<Task>(of, [test.features], threads))[0]
  const own = await predict(model, prepared)
  const others = []
  for (const each of fitted) others.push(await predict(each.model, each.prepared))
  const rivals = fitted.map(({ rival: { trainer, parameters, meanScore } }) => ({
    algorithm: trainer.algorithm,
    parameters: { ...parameters },
    mean_score: meanScore,
  }))
  const rowOf = (at: number) => prepared.test.rows[at] + 1
  const test_rows = prepared.test.target.length
  if (prepared.task === 'regression' && 'values' in own) {
    const values = others.flatMap((other) => ('values' in other ? [other.values] : []))
    const { ahead, behind, rows } = compareNumbers(prepared.test.target, own.values, values)
    return {
      rivals,
      test_rows,
      ahead,
      behind,
      rows: rows.map(({ at, ...row }) => ({ row: rowOf(at), ...row, rivals: [...row.rivals] })),
    }
  }
  if (prepared.task === 'regression' || !('classes' in own))
    throw new TypeError('The model is of another task than the data.')
  const { target } = prepared.preparation
  const label = (k: number) =>
    k < 0 || k >= target.classes.length ? 'unknown to the model' : shorten(classLabel(target, k), NAME_LENGTH)
  const classes = others.flatMap((other) => ('classes' in other ? [other.classes] : []))
  const found = compareClasses(prepared.test.target, own.classes, classes)
  const sum = (of: 'ahead' | 'behind') => found.classes.reduce((total, each) => total + each[of], 0)
  return {
    rivals,
    test_rows,
    ahead: sum('ahead'),
    behind: sum('behind'),
    classes: found.classes
      .toSorted((a, b) => b.testRows - a.testRows)
      .slice(0, MAX_CLASSES)
      .map(({ class: k, testRows, right, ahead, behind }) => ({
        class: label(k),
        test_rows: testRows,
        right,
        ahead,
        behind,
      })),
    rows: found.rows.map(({ at, actual, predicted, rivals }) => ({
      row: rowOf(at),
      actual: label(actual),
      predicted: label(predicted),
      rivals: rivals.map(label),
    })),
  }
}
