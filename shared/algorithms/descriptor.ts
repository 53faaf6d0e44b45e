import type { z } from 'zod'
import type { Matrix } from '../data/matrix.ts'
import { JobError } from '../errors/job-error.ts'
import type { Algorithm, Fit, FitContext, Prediction, TrainingData } from './algorithm.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import type { FitEstimate, Shape } from './estimate.ts'
import type { Checked, HyperparameterSet } from './hyperparameters.ts'

/** What the worker knows of an algorithm before it loads its code. */
export type AlgorithmDescriptor<Name extends string = string> = {
  readonly name: Name
  readonly hyperparameters: HyperparameterSet<z.ZodRawShape>
  /** Whether features may hold NaN for a missing value; if not, missing values are replaced before the fit. */
  readonly acceptsMissing: boolean
  /** @throws JobError for hyperparameters that are unknown, refused, out of range or at odds with each other. */
  trainer(given: Readonly<Record<string, unknown>>): Trainer
  /** @throws JobError for a model that does not have the algorithm's form. */
  restore(model: unknown): Promise<Restored>
}

/** An algorithm with its hyperparameters. */
export type Trainer = {
  /** Checked, defaults filled in. */
  readonly hyperparameters: Record<string, unknown>
  /** What a fit on data of this shape needs at least, on that many threads. */
  estimate(shape: Shape, threads: number): FitEstimate
  fit(data: TrainingData, context: FitContext): Promise<Fit<Restored>>
}

/** A model that can predict prepared rows, and its plain data for the artifact. */
export type Restored = { readonly model: unknown; predict(features: Matrix): Prediction }

/**
 * Makes the descriptor that an algorithm's folder exports.
 *
 * @param about.load imports the algorithm's code, when it is first needed
 */
export function describeAlgorithm<Name extends string, Fields extends z.ZodRawShape, Model>(about: {
  readonly name: Name
  readonly hyperparameters: HyperparameterSet<Fields>
  readonly acceptsMissing: boolean
  estimate(shape: Shape, params: Checked<Fields>, threads: number): FitEstimate
  load(): Promise<Algorithm<Checked<Fields>, Model>>
}): AlgorithmDescriptor<Name> {
  const { name, hyperparameters, acceptsMissing, estimate, load } = about
  return {
    name,
    hyperparameters,
    acceptsMissing,
    trainer(given) {
      const params = checkHyperparameters(name, hyperparameters, given)
      return {
        hyperparameters: params,
        estimate: (shape, threads) => estimate(shape, params, threads),
        async fit(data, context) {
          const algorithm = await load()
          const fit = await algorithm.fit(data, params, context)
          return fit.status === 'paused' ? fit : { ...fit, model: restored(algorithm, fit.model) }
        },
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

function restored<Model>(algorithm: Pick<Algorithm<never, Model>, 'predict'>, model: Model): Restored {
  return { model, predict: (features) => algorithm.predict(model, features) }
}
