/** Activation functions as Keras has them, and their derivatives, which follow from what they gave. */
import { at32 } from '../memory/address'

export const LINEAR_UNITS: i32 = 0
export const RELU: i32 = 1
export const TANH: i32 = 2
export const SIGMOID_UNITS: i32 = 3
export const ELU: i32 = 4
export const SELU: i32 = 5
export const LEAKY_RELU: i32 = 6

const SELU_ALPHA: f32 = 1.6732632423543772
const SELU_SCALE: f32 = 1.0507009873554805
const LEAKY_SLOPE: f32 = 0.2

function activated(value: f32, activation: i32): f32 {
  if (activation == TANH) return Mathf.tanh(value)
  if (activation == SIGMOID_UNITS) return 1 / (1 + Mathf.exp(-value))
  if (activation == ELU) return value > 0 ? value : Mathf.expm1(value)
  if (activation == SELU) return SELU_SCALE * (value > 0 ? value : SELU_ALPHA * Mathf.expm1(value))
  if (activation == LEAKY_RELU) return value > 0 ? value : LEAKY_SLOPE * value
  return value
}

/** The derivative where the function gave `output`. */
function derivative(output: f32, activation: i32): f32 {
  if (activation == TANH) return 1 - output * output
  if (activation == SIGMOID_UNITS) return output * (1 - output)
  if (activation == ELU) return output > 0 ? 1 : output + 1
  if (activation == SELU) return output > 0 ? SELU_SCALE : output + SELU_SCALE * SELU_ALPHA
  if (activation == LEAKY_RELU) return output > 0 ? 1 : LEAKY_SLOPE
  return 1
}

/** Replaces c (rows x columns, a row every cRow) by what the function makes of it. Not for relu. */
export function activate(c: usize, cRow: i32, rows: i32, columns: i32, activation: i32): void {
  if (activation == LINEAR_UNITS) return
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const p = at32(c, i * cRow + j)
      store<f32>(p, activated(load<f32>(p), activation))
    }
  }
}

/** Multiplies gradients by the derivative where the function gave factor * output, at the same place. Not for relu. */
export function activateBack(
  gradient: usize,
  output: usize,
  row: i32,
  rows: i32,
  columns: i32,
  activation: i32,
  factor: f32,
): void {
  if (activation == LINEAR_UNITS) return
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const p = at32(gradient, i * row + j)
      store<f32>(p, load<f32>(p) * derivative(factor * load<f32>(at32(output, i * row + j)), activation))
    }
  }
}
