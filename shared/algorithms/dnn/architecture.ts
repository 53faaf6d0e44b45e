import type { Architecture } from '../network/architecture.ts'

/** The original worker's dense network: 128 relu, 64 relu, softmax. */
export function denseNetwork(features: number, classes: number): Architecture {
  return { side: 0, inputs: features, filters: 0, hidden: [128, 64], classes }
}
