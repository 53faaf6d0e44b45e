import { networkClassifier, networkRegressor } from '../network/algorithms.ts'
import { imageNetwork } from './architecture.ts'

/** Keras' convolutional network on square images, whose rows follow each other in a row of the data. */
export const classifier = networkClassifier(imageNetwork)

/** The same for numbers. */
export const regressor = networkRegressor(imageNetwork)
