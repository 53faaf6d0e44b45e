/** A dense layer: forward and backward, for a part of its units or inputs, so that threads can share it. */
import { at32 } from '../memory/address'
import { activate, activateBack, RELU } from './activation'
import { drop } from './dropout'
import { multiply } from './multiply'
import { Parameter } from './parameter'

/** A dense layer in memory. Matrices are row-major: the kernel inputs x units, the others with a row for each row of the batch. */
@unmanaged
export class DenseLayer {
  inputs: i32
  units: i32
  kernel: Parameter
  bias: Parameter
  input: usize
  output: usize
  /** The gradients of the output and of the input; the latter 0 for a first layer, which needs none. */
  gradient: usize
  inputGradient: usize
  /** The layer's place among the dense ones, its activation and the share of its units that dropout leaves out. */
  index: i32
  activation: i32
  dropout: f32
  /** The activation and the dropout of the layer that gave the input. */
  inputActivation: i32
  inputDropout: f32
  /** Of dropout's random numbers. */
  seed: i32
}

/**
 * The output of `count` units from the one at `first`: input · kernel + bias, through the activation.
 *
 * @param update the number of the update, from 1 on, for dropout; 0 where the network is not in training
 */
export function forwardDense(
  layer: DenseLayer,
  rows: i32,
  first: i32,
  count: i32,
  update: i32,
  scratch: usize,
): void {
  const inputs = layer.inputs
  const units = layer.units
  const output = at32(layer.output, first)
  const kernel = at32(layer.kernel.weights, first)
  const activation = layer.activation
  multiply(layer.input, inputs, 1, kernel, units, 1, output, units, rows, inputs, count, scratch)
  addBias(output, units, at32(layer.bias.weights, first), rows, count, activation == RELU)
  if (activation != RELU) activate(output, units, rows, count, activation)
  if (layer.dropout > 0 && update > 0) {
    drop(layer.output, rows, units, first, count, layer.dropout, layer.seed, layer.index, update)
  }
}

/**
 * The gradient of `count` columns of the input from the one at `first`, through the dropout and the activation of the
 * layer that gave it.
 */
export function backwardInput(
  layer: DenseLayer,
  rows: i32,
  first: i32,
  count: i32,
  update: i32,
  scratch: usize,
): void {
  const inputs = layer.inputs
  const units = layer.units
  const gradient = at32(layer.inputGradient, first)
  const kernel = at32(layer.kernel.weights, first * units)
  multiply(layer.gradient, units, 1, kernel, 1, units, gradient, inputs, rows, units, count, scratch)
  const input = at32(layer.input, first)
  const activation = layer.inputActivation
  const rate = layer.inputDropout
  if (activation == RELU) reluGradient(gradient, input, inputs, rows, count)
  if (rate > 0)
    drop(layer.inputGradient, rows, inputs, first, count, rate, layer.seed, layer.index - 1, update)
  // What dropout kept, it has multiplied by 1 / (1 - rate).
  if (activation != RELU) activateBack(gradient, input, inputs, rows, count, activation, 1 - rate)
}

/** Adds the gradient of factor / 2 * (the sum of the squares) to that of `count` weights from the one at `first`. */
export function addDecay(parameter: Parameter, first: i32, count: i32, factor: f32): void {
  for (let i = first; i < first + count; i++) {
    const g = at32(parameter.gradients, i)
    store<f32>(g, load<f32>(g) + factor * load<f32>(at32(parameter.weights, i)))
  }
}

/** The gradient of the kernel's weights of `count` inputs from the one at `first`. */
export function backwardKernel(layer: DenseLayer, rows: i32, first: i32, count: i32, scratch: usize): void {
  const inputs = layer.inputs
  const units = layer.units
  const gradients = at32(layer.kernel.gradients, first * units)
  multiply(
    at32(layer.input, first),
    1,
    inputs,
    layer.gradient,
    units,
    1,
    gradients,
    units,
    count,
    rows,
    units,
    scratch,
  )
}

/** The gradient of the biases of `count` units from the one at `first`. */
export function backwardBias(layer: DenseLayer, rows: i32, first: i32, count: i32): void {
  sumColumns(at32(layer.gradient, first), layer.units, at32(layer.bias.gradients, first), rows, count)
}

/**
 * Adds the bias to every row of c (rows x columns, a row every cRow) and, where asked, cuts at zero. NaN
 * stays.
 */
function addBias(c: usize, cRow: i32, bias: usize, rows: i32, columns: i32, relu: bool): void {
  const zero = f32x4.splat(0)
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const p = at32(c, i * cRow + j)
      const sum = f32x4.add(v128.load(p), v128.load(at32(bias, j)))
      v128.store(p, relu ? f32x4.max(sum, zero) : sum)
    }
    for (; j < columns; j++) {
      const p = at32(c, i * cRow + j)
      const sum = load<f32>(p) + load<f32>(at32(bias, j))
      store<f32>(p, relu ? max<f32>(sum, 0) : sum)
    }
  }
}

/** gradient = 0 where the activation of the same place was cut to 0. */
function reluGradient(gradient: usize, activation: usize, row: i32, rows: i32, columns: i32): void {
  const zero = f32x4.splat(0)
  for (let i = 0; i < rows; i++) {
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const p = at32(gradient, i * row + j)
      v128.store(p, v128.and(v128.load(p), f32x4.gt(v128.load(at32(activation, i * row + j)), zero)))
    }
    for (; j < columns; j++) {
      if (load<f32>(at32(activation, i * row + j)) <= 0) store<f32>(at32(gradient, i * row + j), 0)
    }
  }
}

/** sums (columns) = the sums of the columns of c (rows x columns, a row every cRow). */
function sumColumns(c: usize, cRow: i32, sums: usize, rows: i32, columns: i32): void {
  let j = 0
  for (; j + 4 <= columns; j += 4) {
    let sum = f32x4.splat(0)
    for (let i = 0; i < rows; i++) sum = f32x4.add(sum, v128.load(at32(c, i * cRow + j)))
    v128.store(at32(sums, j), sum)
  }
  for (; j < columns; j++) {
    let sum: f32 = 0
    for (let i = 0; i < rows; i++) sum += load<f32>(at32(c, i * cRow + j))
    store<f32>(at32(sums, j), sum)
  }
}
