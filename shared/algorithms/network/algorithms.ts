import type { Algorithm } from '../algorithm.ts'
import type { Architecture } from './architecture.ts'
import { fitNetwork, fitNetworkFromDisk, fitNetworkRegression, fitNetworkRegressionFromDisk } from './fit.ts'
import type { NetworkParams, NetworkRegressorParams } from './hyperparameters.ts'
import { type NetworkModel, networkModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'
import { classesOnThreads, numbersOnThreads } from './predict-tasks.ts'

/**
 * The layers of an algorithm's network.
 *
 * @param features number of columns
 * @param outputs number of classes, or 1 for a regression
 * @throws JobError where the network cannot take so many features
 */
export type NetworkOf = (
  features: number,
  outputs: number,
  params: Pick<NetworkParams, 'hidden_layers' | 'activation' | 'dropout'>,
) => Architecture

/** A classifier with a softmax over the classes, as in Keras. */
export function networkClassifier(
  networkOf: NetworkOf,
): Algorithm<NetworkParams, NetworkModel, 'classification', NetworkModel> {
  return {
    fit: async (data, params, context) =>
      fitNetwork(data, params, networkOf(data.features.columns, data.classCount, params), context),
    fitFromDisk: async (data, params, context) =>
      fitNetworkFromDisk(data, params, networkOf(data.features.columns, data.classCount, params), context),
    predict: predictClasses,
    onThreads: classesOnThreads,
    model: networkModel,
  }
}

/** A regressor with one linear output, as in Keras. */
export function networkRegressor(
  networkOf: NetworkOf,
): Algorithm<NetworkRegressorParams, NetworkModel, 'regression', NetworkModel> {
  return {
    fit: async (data, params, context) =>
      fitNetworkRegression(data, params, networkOf(data.features.columns, 1, params), context),
    fitFromDisk: async (data, params, context) =>
      fitNetworkRegressionFromDisk(data, params, networkOf(data.features.columns, 1, params), context),
    predict: predictNumbers,
    onThreads: numbersOnThreads,
    model: networkModel,
  }
}
