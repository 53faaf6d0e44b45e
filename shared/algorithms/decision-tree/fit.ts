import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classWeights, rowWeights } from '../class-weights.ts'
import { checkPoisson } from '../trees/check-poisson.ts'
import { featureImportances } from '../trees/importances.ts'
import { growTree } from './grow-tree.ts'
import type { DecisionTreeParams, DecisionTreeRegressorParams } from './hyperparameters.ts'
import type { DecisionTreeModel, DecisionTreeRegressorModel } from './model.ts'

/** Grows scikit-learn's DecisionTreeClassifier, node for node. */
export async function fitClassifier(
  data: TrainingData,
  params: DecisionTreeParams,
  context: FitContext,
): Promise<Fit<DecisionTreeModel>> {
  checkTraining(data, { acceptsMissing: true })
  const { rows, columns } = data.features
  const perClass = classWeights(params.class_weight, data)
  const weights = rowWeights(data, perClass) ?? new Float64Array(rows).fill(1)
  const fit = await growTree(data, params, weights, context)
  if (fit.status === 'paused') return fit
  const { classCount } = data
  const importances = featureImportances(fit.model, columns)
  const model = { classCount, featureCount: columns, tree: fit.model, featureImportances: importances }
  return { ...fit, model }
}

/** Grows scikit-learn's DecisionTreeRegressor, node for node. */
export async function fitRegressor(
  data: TrainingData<'regression'>,
  params: DecisionTreeRegressorParams,
  context: FitContext,
): Promise<Fit<DecisionTreeRegressorModel>> {
  checkTraining(data, { acceptsMissing: true })
  if (params.criterion === 'poisson') checkPoisson(data.target)
  const { rows, columns } = data.features
  const fit = await growTree(data, params, data.sampleWeights ?? new Float64Array(rows).fill(1), context)
  if (fit.status === 'paused') return fit
  const importances = featureImportances(fit.model, columns)
  return { ...fit, model: { featureCount: columns, tree: fit.model, featureImportances: importances } }
}
