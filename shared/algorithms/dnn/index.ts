import { networkClassifier, networkRegressor } from '../network/algorithms.ts'
import { denseNetwork } from './architecture.ts'

/** Keras' dense network. */
export const classifier = networkClassifier(denseNetwork)

/** The same for numbers. */
export const regressor = networkRegressor(denseNetwork)
