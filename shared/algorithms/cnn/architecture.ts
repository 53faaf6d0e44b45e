import type { Architecture } from '../network/architecture.ts'

/** The original worker's network on square images: Conv2D 32 3x3 relu, MaxPool 2x2, Dense 128 relu, softmax. */
export function convolutionalNetwork(side: number, classes: number): Architecture {
  return { side, inputs: side * side, filters: 32, hidden: [128], classes }
}
