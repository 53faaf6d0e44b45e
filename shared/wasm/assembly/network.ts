/**
 * The arithmetic of a network's layers and optimizers, in float32. Matrices are row-major unless strides (counted in
 * elements) are given. Every element is the sum of its terms in their order, whatever the tiling, so that work can be cut
 * anywhere. No relaxed instructions: the same bits on every machine.
 */
export { adagrad } from './network/adagrad'
export { adam, BETA_1, BETA_2 } from './network/adam'
export { backwardConvolution, ConvolutionLayer, forwardConvolution } from './network/convolution'
export { backwardBias, backwardInput, backwardKernel, DenseLayer, forwardDense } from './network/dense'
export { SCRATCH_BYTES } from './network/multiply'
export { Parameter } from './network/parameter'
export { rmsprop } from './network/rmsprop'
export { sgd } from './network/sgd'
