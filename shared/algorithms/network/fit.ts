import { importOptional } from '../../runtime/optional-import.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import type { Architecture } from './architecture.ts'
import { trainBuiltin } from './builtin.ts'
import type { NetworkParams } from './hyperparameters.ts'
import type { NetworkModel } from './model.ts'

/** Trains a network with the engine that `params` names. Throws JobError where TensorFlow.js is not packaged. */
export async function fitNetwork(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  if (params.engine === 'builtin') return trainBuiltin(data, params, architecture, context)
  const { trainWithTfjs } = await importOptional(
    () => import('./tfjs.ts'),
    'TensorFlow.js: use the engine builtin, or deploy the image',
  )
  return trainWithTfjs(data, params, architecture, context)
}
