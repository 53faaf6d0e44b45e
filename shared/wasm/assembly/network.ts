/**
 * The arithmetic of a network's layers and optimizers, in float32. Matrices are row-major unless strides (counted in
 * elements) are given. Every element is the sum of its terms in their order, whatever the tiling, so that work can be cut
 * anywhere. Compiled in two forms: see simd/multiply-add.
 */
export { ELU, LEAKY_RELU, LINEAR_UNITS, RELU, SELU, SIGMOID_UNITS, TANH } from './network/activation'
export { adadelta } from './network/adadelta'
export { adagrad } from './network/adagrad'
export { adam } from './network/adam'
export { adamax } from './network/adamax'
export { backwardConvolution, ConvolutionLayer, forwardConvolution } from './network/convolution'
export {
  addDecay,
  backwardBias,
  backwardInput,
  backwardKernel,
  DenseLayer,
  forwardDense,
} from './network/dense'
export { ftrl } from './network/ftrl'
export { lambDirection, lambMove } from './network/lamb'
export { lion } from './network/lion'
export { BETA_1, BETA_2 } from './network/moments'
export { SCRATCH_BYTES } from './network/multiply'
export { nadam } from './network/nadam'
export { Parameter } from './network/parameter'
export { rmsprop } from './network/rmsprop'
export { sgd } from './network/sgd'
