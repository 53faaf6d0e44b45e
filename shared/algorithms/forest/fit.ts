import { r2Score } from '../../evaluation/regression-metrics.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { type ClassWeight, classWeights, rowWeights } from '../class-weights.ts'
import type { CountOrShare } from '../count-or-share.ts'
import { checkPoisson } from '../trees/check-poisson.ts'
import { mostProbable } from '../trees/most-probable.ts'
import { drawCount, type Sampling } from './bootstrap.ts'
import { type ForestParams, growForest, meanImportances, treeSeeds } from './grow-forest.ts'
import type { ForestClassifierModel, ForestRegressorModel } from './model.ts'
import { outOfBagMeans } from './oob-score.ts'

type Params = ForestParams & {
  readonly bootstrap: boolean
  readonly oob_score: boolean
  readonly max_samples: CountOrShare | null
}
type ClassifierParams = Params & { readonly class_weight: ClassWeight | 'balanced_subsample' }

/** Grows scikit-learn's RandomForestClassifier or, of random splits, ExtraTreesClassifier, tree for tree. */
export async function fitClassifier(
  data: TrainingData,
  params: ClassifierParams,
  context: FitContext,
): Promise<Fit<ForestClassifierModel>> {
  checkTraining(data, { acceptsMissing: true })
  const { features, target, classCount } = data
  const sampling = samplingOfClasses(data, params)
  const fit = await growForest(data, params, sampling, context)
  if (fit.status === 'paused') return fit
  const trees = fit.model
  const featureImportances = meanImportances(trees, features.columns)
  const model = { classCount, featureCount: features.columns, trees, featureImportances }
  if (!params.oob_score) return { ...fit, model }
  const { means, unseen } = outOfBagMeans(features, classCount, sampling, treeSeeds(params), trees)
  const predicted = mostProbable(means, classCount)
  const right = predicted.reduce((count, k, i) => count + (k === target[i] ? 1 : 0), 0)
  const warnings = unseenWarnings(unseen, 'wrong or right by chance')
  return { ...fit, model: { ...model, oobScore: right / target.length }, warnings }
}

/** Grows scikit-learn's RandomForestRegressor or, of random splits, ExtraTreesRegressor, tree for tree. */
export async function fitRegressor(
  data: TrainingData<'regression'>,
  params: Params,
  context: FitContext,
): Promise<Fit<ForestRegressorModel>> {
  checkTraining(data, { acceptsMissing: true })
  if (params.criterion === 'poisson') checkPoisson(data.target)
  const { features, target, sampleWeights: weights } = data
  const sampling = {
    bootstrap: params.bootstrap,
    draws: drawCount(params.max_samples, features.rows, weights),
    ...(weights && { rowWeights: weights }),
  }
  const fit = await growForest(data, params, sampling, context)
  if (fit.status === 'paused') return fit
  const trees = fit.model
  const featureImportances = meanImportances(trees, features.columns)
  const model = { featureCount: features.columns, trees, featureImportances }
  if (!params.oob_score) return { ...fit, model }
  const { means, unseen } = outOfBagMeans(features, 1, sampling, treeSeeds(params), trees)
  const oobScore = r2Score({ actual: target, values: means })
  return { ...fit, model: { ...model, oobScore }, warnings: unseenWarnings(unseen, 'predicted to be 0') }
}

function unseenWarnings(unseen: number, consequence: string): string[] {
  if (unseen === 0) return []
  return [
    `${unseen} rows were in the sample of every tree and count as ${consequence} in oob_score: raise n_estimators.`,
  ]
}

function samplingOfClasses(data: TrainingData, params: ClassifierParams): Sampling {
  const { bootstrap, class_weight } = params
  const { target, classCount } = data
  const bySubsample = bootstrap && class_weight === 'balanced_subsample'
  const asked = class_weight === 'balanced_subsample' ? 'balanced' : class_weight
  const perClass = bySubsample ? undefined : classWeights(asked, data, data.sampleWeights)
  const weights = rowWeights(data, perClass)
  return {
    bootstrap,
    draws: drawCount(params.max_samples, data.features.rows, weights),
    ...(weights && { rowWeights: weights }),
    ...(bySubsample && { balancedSubsample: { target, classCount } }),
  }
}
