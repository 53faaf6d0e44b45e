import type { Architecture } from '../network/architecture.ts'
import type { NetworkParams } from '../network/hyperparameters.ts'

type LayerParams = Pick<NetworkParams, 'hidden_layers' | 'activation' | 'dropout'>

/** A network on square images, by default the original worker's: Conv2D 32 3x3 relu, MaxPool 2x2, Dense 128 relu, and the outputs. */
export function convolutionalNetwork(side: number, outputs: number, params: LayerParams): Architecture {
  const { hidden_layers = [128], activation, dropout } = params
  return { side, inputs: side * side, filters: 32, hidden: hidden_layers, activation, dropout, outputs }
}
