import { predictOnThread } from '../predict-on-thread.ts'
import type { SvmClassifierModel, SvmModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'

export const predictClassesOnThread = predictOnThread(
  (model: SvmClassifierModel) => (features) => predictClasses(model, features),
)
export const predictNumbersOnThread = predictOnThread(
  (model: SvmModel) => (features) => predictNumbers(model, features),
)
