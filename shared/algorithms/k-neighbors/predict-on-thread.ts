import { predictOnThread } from '../predict-on-thread.ts'
import type { KNeighborsModel, KNeighborsRegressorModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'

export const predictClassesOnThread = predictOnThread(
  (model: KNeighborsModel) => (features) => predictClasses(model, features),
)
export const predictNumbersOnThread = predictOnThread(
  (model: KNeighborsRegressorModel) => (features) => predictNumbers(model, features),
)
