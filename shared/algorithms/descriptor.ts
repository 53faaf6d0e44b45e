import type { z } from 'zod'
import type { Matrix } from '../data/matrix.ts'
import { type Task, tasks } from '../data/task.ts'
import type { DiskMatrix } from '../disk/disk-matrix.ts'
import { JobError } from '../errors/job-error.ts'
import type { Threads } from '../threads/thread-pool.ts'
import type { Algorithm, Fit, FitContext, OnThreads, Prediction, TrainingData } from './algorithm.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import type { FitEstimate, Shape } from './estimate.ts'
import type { Checked, HyperparameterSet } from './hyperparameters.ts'
import type { AlgorithmName } from './names.ts'

/** What the worker knows of an algorithm before it loads its code: an estimator for each of its tasks. */
export type AlgorithmDescriptor<Name extends string = string> = {
  readonly name: Name
  readonly estimators: { readonly [T in Task]?: Estimator<T> }
  /** The algorithm of this kind that has the task which this one has not. */
  readonly counterpart?: string
}

/** An algorithm for one task: scikit-learn's classifier or regressor. */
export type Estimator<T extends Task = 'classification'> = {
  readonly hyperparameters: HyperparameterSet<z.ZodRawShape>
  /** Whether features may hold NaN for a missing value; if not, missing values are replaced before the fit. */
  readonly acceptsMissing: boolean
  /** Whether rows can have weights of their own. */
  readonly acceptsSampleWeights: boolean
  /** @throws JobError for hyperparameters that are unknown, refused, out of range or at odds with each other. */
  trainer(given: Readonly<Record<string, unknown>>): Trainer<T>
  /** @throws JobError for a model that does not have the algorithm's form. */
  restore(model: unknown): Promise<Restored<T>>
}

/** An algorithm with its hyperparameters. */
export type Trainer<T extends Task = 'classification'> = {
  readonly algorithm: AlgorithmName
  /** Checked, defaults filled in. */
  readonly hyperparameters: Record<string, unknown>
  /** @throws JobError where rows cannot have weights with these hyperparameters. A fit checks it, too. */
  checkWeighted(): void
  /** What a fit on data of this shape needs at least, on that many threads. */
  estimate(shape: Shape, threads: number): FitEstimate
  /** @param data of the trainer's own task. */
  fit(data: TrainingData<Task>, context: FitContext): Promise<Fit<Restored<T>>>
  /** Whether the fit is of use on some of the rows, where not all fit into memory. */
  readonly acceptsSample: boolean
  /** Where the fit can have the features in a file: the same model, with less memory. */
  readonly fromDisk?: {
    /** Whether rows can have weights of their own there. */
    readonly acceptsSampleWeights: boolean
    estimate(shape: Shape, threads: number): FitEstimate
    fit(data: TrainingData<Task, DiskMatrix>, context: FitContext): Promise<Fit<Restored<T>>>
  }
}

/** A model that can predict prepared rows, and its plain data for the artifact. */
export type Restored<T extends Task = 'classification'> = {
  readonly task: T
  readonly model: unknown
  predict(features: Matrix): Prediction<T>
  /** Prepares to predict on other threads. Absent where that does not pay. */
  shareWith?(threads: Threads): PredictOn<T>
}

/** Predicts rows on one of the threads. */
export type PredictOn<T extends Task> = (thread: number, features: Matrix) => Promise<Prediction<T>>

/** A model of either task. */
export type AnyRestored = { [T in Task]: Restored<T> }[Task]

type FromDisk<Params> = {
  estimate(shape: Shape, params: Params, threads: number): FitEstimate
  suits?(params: Params): boolean
  readonly acceptsSampleWeights?: boolean
}

function refuseFor(reason: string | undefined): void {
  if (reason !== undefined) throw new JobError('bad_hyperparameter', reason)
}

/**
 * Makes the estimator of a task, of which an algorithm's descriptor has one or two.
 *
 * @param about.algorithm its name
 * @param about.load imports the algorithm's code, when it is first needed
 */
export function describeEstimator<T extends Task, Fields extends z.ZodRawShape, Model, Shared>(about: {
  readonly algorithm: AlgorithmName
  readonly task: T
  readonly hyperparameters: HyperparameterSet<Fields>
  readonly acceptsMissing: boolean
  readonly acceptsSampleWeights: boolean
  /** Why rows cannot have weights with some hyperparameters: a sentence that names them. */
  noWeights?(params: Checked<Fields>): string | undefined
  estimate(shape: Shape, params: Checked<Fields>, threads: number): FitEstimate
  /** Of an algorithm with `fitFromDisk`: what that needs, the features not counted, and which hyperparameters it takes. */
  readonly fromDisk?: FromDisk<Checked<Fields>>
  /** Whether a fit on some of the rows stands for one on all, where those do not fit into memory. */
  readonly acceptsSample?: boolean
  load(): Promise<Algorithm<Checked<Fields>, Model, T, Shared>>
}): Estimator<T> {
  const {
    algorithm: name,
    task,
    hyperparameters,
    acceptsMissing,
    acceptsSampleWeights,
    estimate,
    fromDisk,
    load,
  } = about
  const restored = (
    { predict, onThreads }: Pick<Algorithm<never, Model, T, Shared>, 'predict' | 'onThreads'>,
    model: Model,
  ): Restored<T> => ({
    task,
    model,
    predict: (features) => predict(model, features),
    ...(onThreads && { shareWith: (threads) => predictOn(threads, onThreads.task, onThreads.share(model)) }),
  })
  return {
    hyperparameters,
    acceptsMissing,
    acceptsSampleWeights,
    trainer(given) {
      const params = checkHyperparameters(name, hyperparameters, given)
      return {
        algorithm: name,
        hyperparameters: params,
        acceptsSample: about.acceptsSample ?? false,
        checkWeighted: () => refuseFor(about.noWeights?.(params)),
        estimate: (shape, threads) => estimate(shape, params, threads),
        async fit(data, context) {
          if (!isFor(data, task)) throw new TypeError(`The data are not those of a ${task}.`)
          if (data.sampleWeights !== undefined) this.checkWeighted()
          const algorithm = await load()
          const fit = await algorithm.fit(data, params, context)
          return fit.status === 'paused' ? fit : { ...fit, model: restored(algorithm, fit.model) }
        },
        ...(fromDisk &&
          (fromDisk.suits?.(params) ?? true) && {
            fromDisk: {
              acceptsSampleWeights: fromDisk.acceptsSampleWeights ?? acceptsSampleWeights,
              estimate: (shape: Shape, threads: number) => fromDisk.estimate(shape, params, threads),
              async fit(data: TrainingData<Task, DiskMatrix>, context: FitContext) {
                if (!isFor(data, task)) throw new TypeError(`The data are not those of a ${task}.`)
                const algorithm = await load()
                if (algorithm.fitFromDisk === undefined) throw new TypeError(`${name} fits in memory only.`)
                const fit = await algorithm.fitFromDisk(data, params, context)
                return fit.status === 'paused' ? fit : { ...fit, model: restored(algorithm, fit.model) }
              },
            },
          }),
      }
    },
    async restore(model) {
      const algorithm = await load()
      const parsed = algorithm.model.safeParse(model)
      if (!parsed.success) {
        const at = parsed.error.issues[0].path.join('.')
        throw new JobError('model_damaged', `The model file is damaged at model.${at}: download it again.`)
      }
      return restored(algorithm, parsed.data)
    },
  }
}

function predictOn<T extends Task, Shared>(
  threads: Threads,
  task: OnThreads<unknown, T, Shared>['task'],
  model: Shared,
): PredictOn<T> {
  const hasModel = new Set<number>()
  return (thread, features) => {
    const isFirst = !hasModel.has(thread)
    hasModel.add(thread)
    return threads.run(thread, task, isFirst ? { model, features } : { features })
  }
}

function isFor<T extends Task, F>(
  data: TrainingData<Task, F>,
  task: T,
): data is TrainingData<Task, F> & TrainingData<T, F> {
  return (data.task ?? 'classification') === task
}

/** The tasks of an algorithm. */
export function tasksOf({ estimators }: AlgorithmDescriptor): Task[] {
  return tasks.filter((task) => estimators[task] !== undefined)
}
