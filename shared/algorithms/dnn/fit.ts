import { importOptional } from '../../runtime/optional-import.ts'
import type { Fit, Run, TrainingData } from '../algorithm.ts'
import { fitNetwork } from '../network/fit.ts'
import type { NetworkModel } from '../network/model.ts'
import { architectureOf } from './cost.ts'
import type { DnnParams } from './hyperparameters.ts'

/** The original worker's dense network: 128 relu, 64 relu, softmax. */
export async function fit(data: TrainingData, params: DnnParams, run: Run): Promise<Fit<NetworkModel>> {
  const architecture = architectureOf(data.features.columns, data.classCount)
  if (params.engine === 'tfjs') {
    const { fitWithTfjs } = await importOptional(
      () => import('../network/tfjs.ts'),
      'TensorFlow.js: use the engine builtin, or deploy the image',
    )
    return fitWithTfjs(data, params, architecture, run)
  }
  return fitNetwork(data, params, architecture, run)
}
