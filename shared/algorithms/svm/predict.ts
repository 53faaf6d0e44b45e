import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { predictCalibrated } from './calibrated-predict.ts'
import { pairwiseDecisions } from './decide.ts'
import type { SvmClassifierModel, SvmModel } from './model.ts'
import { predictMachine } from './predict-machine.ts'

export function predictClasses(model: SvmClassifierModel, features: Matrix): Prediction {
  return 'members' in model ? predictCalibrated(model, features) : predictMachine(model, features)
}

/** The decision values. */
export function predictNumbers(model: SvmModel, features: Matrix): Prediction<'regression'> {
  return { values: pairwiseDecisions(model, features) }
}
