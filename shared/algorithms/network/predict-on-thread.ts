import { predictOnThread } from '../predict-on-thread.ts'
import type { NetworkModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'

export const predictClassesOnThread = predictOnThread(
  (model: NetworkModel) => (features) => predictClasses(model, features),
)
export const predictNumbersOnThread = predictOnThread(
  (model: NetworkModel) => (features) => predictNumbers(model, features),
)
