import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classWeights } from '../class-weights.ts'
import { boost } from './boost.ts'
import { columnRules } from './constraints.ts'
import type { GradientBoostingParams } from './hyperparameters.ts'
import type { GradientBoostingModel } from './model.ts'
import { stratifiedSplit } from './validation-split.ts'

/** Fits scikit-learn's HistGradientBoostingClassifier. */
export async function fit(
  data: TrainingData,
  params: GradientBoostingParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  checkTraining(data, { acceptsMissing: true })
  const { features, featureNames, target, classCount } = data
  const perClass = classWeights(params.class_weight, data)
  const input = {
    features,
    featureNames,
    target: Float64Array.from(target),
    classCount,
    weights: perClass && Float64Array.from(target, (k) => perClass[k]),
    loss: params.loss,
    level: 0.5,
    rules: columnRules(data, params, classCount > 2 ? classCount : 1),
    split: (fraction: number, seed: number) => stratifiedSplit(target, classCount, fraction, seed),
  }
  return boost(input, params, context)
}
