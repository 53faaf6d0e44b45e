/** The six algorithms. Schemas are at hand; the code of a fit or a prediction is loaded when it is first needed. */
import type { z } from 'zod'
import type { Matrix } from '../data/matrix.ts'
import { didYouMean } from '../errors/closest-match.ts'
import { explainSchemaError } from '../errors/explain-schema-error.ts'
import { JobError } from '../errors/job-error.ts'
import type { Algorithm, Fit, Prediction, Run, TrainingData } from './algorithm.ts'
import { cost as cnnCost } from './cnn/cost.ts'
import { cnnHyperparameters } from './cnn/hyperparameters.ts'
import type { Cost, Shape } from './cost.ts'
import { cost as treeCost } from './decision-tree/cost.ts'
import { decisionTreeHyperparameters } from './decision-tree/hyperparameters.ts'
import { cost as dnnCost } from './dnn/cost.ts'
import { dnnHyperparameters } from './dnn/hyperparameters.ts'
import type { HyperparameterSet } from './hyperparameters.ts'
import { cost as logisticCost } from './logistic-regression/cost.ts'
import { logisticRegressionHyperparameters } from './logistic-regression/hyperparameters.ts'
import type { AlgorithmName } from './names.ts'
import { cost as forestCost } from './random-forest/cost.ts'
import { randomForestHyperparameters } from './random-forest/hyperparameters.ts'
import { cost as svmCost } from './svm/cost.ts'
import { svmHyperparameters } from './svm/hyperparameters.ts'

/** A model that can predict prepared rows, and its plain data for the artifact. */
export type Restored = { readonly model: unknown; predict(features: Matrix): Prediction }

export type Trainer = {
  /** Checked, defaults filled in. */
  readonly hyperparameters: Record<string, unknown>
  /** What a fit on such data needs at least, on that many threads. */
  cost(shape: Shape, threads: number): Cost
  fit(data: TrainingData, run: Run): Promise<Fit<Restored>>
}

type Entry = {
  readonly hyperparameters: HyperparameterSet<z.ZodRawShape>
  /** Whether features may hold NaN for a missing value; if not, they are replaced before. */
  readonly acceptsMissing: boolean
  trainer(given: Readonly<Record<string, unknown>>): Trainer
  restore(model: unknown): Promise<Restored>
}

export const algorithms: Readonly<Record<AlgorithmName, Entry>> = {
  random_forest: entry(
    {
      name: 'random_forest',
      hyperparameters: randomForestHyperparameters,
      acceptsMissing: true,
      cost: forestCost,
    },
    async () => (await import('./random-forest/index.ts')).randomForest,
  ),
  decision_tree: entry(
    {
      name: 'decision_tree',
      hyperparameters: decisionTreeHyperparameters,
      acceptsMissing: true,
      cost: treeCost,
    },
    async () => (await import('./decision-tree/index.ts')).decisionTree,
  ),
  logistic_regression: entry(
    {
      name: 'logistic_regression',
      hyperparameters: logisticRegressionHyperparameters,
      acceptsMissing: false,
      cost: logisticCost,
    },
    async () => (await import('./logistic-regression/index.ts')).logisticRegression,
  ),
  svm: entry(
    { name: 'svm', hyperparameters: svmHyperparameters, acceptsMissing: false, cost: svmCost },
    async () => (await import('./svm/index.ts')).svm,
  ),
  dnn: entry(
    { name: 'dnn', hyperparameters: dnnHyperparameters, acceptsMissing: false, cost: dnnCost },
    async () => (await import('./dnn/index.ts')).dnn,
  ),
  cnn: entry(
    { name: 'cnn', hyperparameters: cnnHyperparameters, acceptsMissing: false, cost: cnnCost },
    async () => (await import('./cnn/index.ts')).cnn,
  ),
}

/** A stored model, checked, ready to predict. Throws JobError when it does not have the algorithm's form. */
export async function restoreModel(algorithm: AlgorithmName, model: unknown): Promise<Restored> {
  return algorithms[algorithm].restore(model)
}

function entry<Fields extends z.ZodRawShape, Model>(
  about: {
    name: AlgorithmName
    hyperparameters: HyperparameterSet<Fields>
    acceptsMissing: boolean
    cost(shape: Shape, params: z.output<z.ZodObject<Fields, z.core.$strict>>, threads: number): Cost
  },
  load: () => Promise<Algorithm<z.output<z.ZodObject<Fields, z.core.$strict>>, Model>>,
): Entry {
  const restored = (algorithm: Pick<Algorithm<never, Model>, 'predict'>, model: Model): Restored => ({
    model,
    predict: (features) => algorithm.predict(model, features),
  })
  return {
    hyperparameters: about.hyperparameters,
    acceptsMissing: about.acceptsMissing,
    trainer(given) {
      const params = checkHyperparameters(about.name, about.hyperparameters, given)
      return {
        hyperparameters: params,
        cost: (shape, threads) => about.cost(shape, params, threads),
        async fit(data, run) {
          const algorithm = await load()
          const fit = await algorithm.fit(data, params, run)
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

/** The hyperparameters with defaults. Throws JobError naming the first that is unknown, refused or out of range. */
function checkHyperparameters<Fields extends z.ZodRawShape>(
  algorithm: AlgorithmName,
  set: HyperparameterSet<Fields>,
  given: Readonly<Record<string, unknown>>,
): z.output<z.ZodObject<Fields, z.core.$strict>> {
  const known = Object.keys(set.schema.shape)
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (set.withoutEffect.includes(name)) continue
    const reason = Object.hasOwn(set.refused, name) ? set.refused[name] : undefined
    if (reason !== undefined) {
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.${name} is not supported for ${algorithm}: ${reason}`,
      )
    }
    if (!known.includes(name)) {
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.${name.slice(0, 60)} is not a hyperparameter of ${algorithm}${didYouMean(name, known)}: use ${known.join(', ')}.`,
      )
    }
    kept[name] = value
  }
  const parsed = set.schema.safeParse(kept)
  if (!parsed.success)
    throw new JobError(
      'bad_hyperparameter',
      explainSchemaError(parsed.error, set.schema, kept, 'hyperparameters.'),
    )
  return parsed.data
}
