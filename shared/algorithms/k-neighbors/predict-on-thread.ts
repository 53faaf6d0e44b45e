import { predictOnThread } from '../predict-on-thread.ts'
import type { KNeighborsModel, KNeighborsRegressorModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'
import type { SharedModel } from './shared-model.ts'

export const predictClassesOnThread = predictOnThread(
  (model: SharedModel<KNeighborsModel>) => (features) => predictClasses(model, features),
)
export const predictNumbersOnThread = predictOnThread(
  (model: SharedModel<KNeighborsRegressorModel>) => (features) => predictNumbers(model, features),
)
