import { predictOnThread } from '../predict-on-thread.ts'
import type { GradientBoostingModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'

export const predictClassesOnThread = predictOnThread(
  (model: GradientBoostingModel) => (features) => predictClasses(model, features),
)
export const predictNumbersOnThread = predictOnThread(
  (model: GradientBoostingModel) => (features) => predictNumbers(model, features),
)
