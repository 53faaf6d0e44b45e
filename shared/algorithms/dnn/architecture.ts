import type { Architecture } from '../network/architecture.ts'
import type { NetworkParams } from '../network/hyperparameters.ts'

type LayerParams = Pick<NetworkParams, 'hidden_layers' | 'activation' | 'dropout'>

/** A dense network, by default the original worker's: 128 relu, 64 relu, and the outputs. */
export function denseNetwork(features: number, outputs: number, params: LayerParams): Architecture {
  const { hidden_layers = [128, 64], activation, dropout } = params
  return { side: 0, inputs: features, filters: 0, hidden: hidden_layers, activation, dropout, outputs }
}
