/** Fits of dnn and cnn, and what Keras makes of the same data. */
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { classifier as cnn } from '../../shared/algorithms/cnn/index.ts'
import { classifier as dnn } from '../../shared/algorithms/dnn/index.ts'
import { networkHyperparameters } from '../../shared/algorithms/network/hyperparameters.ts'
import fixture from '../fixtures/nets.json' with { type: 'json' }
import { done, uninterrupted } from './fit.ts'

/** Keras' answers (test/fixtures/nets.py). */
export const keras = fixture

export type NetworkName = 'dnn' | 'cnn'

export const network = (name: NetworkName) => (name === 'dnn' ? dnn : cnn)

export const params = (given: object = {}) => networkHyperparameters().schema.parse(given)

/** A whole fit, without a pause. */
export const fitted = async (name: NetworkName, data: TrainingData, given: object = {}, threads = 1) =>
  done(await network(name).fit(data, params(given), uninterrupted(threads)))
