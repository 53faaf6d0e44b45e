import type { RandomState } from '../../data/random.ts'
import { type Architecture, shapesOf } from './architecture.ts'

/**
 * Fills the kernels of all layers with Keras' glorot_uniform: between plus and minus sqrt(6 / (fan in + fan out)); a
 * convolution's fans count its 3 x 3 field. Glorot and Bengio, "Understanding the difficulty of training deep
 * feedforward neural networks", AISTATS 2010.
 *
 * @param kernels the layers' kernels, in the order of `shapesOf`
 */
export function fillGlorotUniform(
  architecture: Architecture,
  kernels: readonly Float32Array[],
  random: RandomState,
): void {
  for (const [i, { inputs, units, isConvolution }] of shapesOf(architecture).entries()) {
    const limit = Math.sqrt(6 / (inputs + (isConvolution ? units * 9 : units)))
    const kernel = kernels[i]
    for (let w = 0; w < kernel.length; w++) kernel[w] = (2 * random.double() - 1) * limit
  }
}
