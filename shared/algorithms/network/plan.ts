import {
  ConvolutionLayer,
  DenseLayer,
  ELU,
  LEAKY_RELU,
  LINEAR_UNITS,
  Parameter as ParameterRecord,
  RELU,
  SCRATCH_BYTES,
  SELU,
  SIGMOID_UNITS,
  TANH,
} from '../../wasm/kernels/network.ts'
import { memoryLayout, recordAt } from '../../wasm/memory.ts'
import { type Architecture, type HiddenActivation, shapesOf } from './architecture.ts'
import { CONTROL_WORDS } from './barrier.ts'

/** The activations by the numbers that the compiled code knows them by. */
const activationNumbers: Readonly<Record<HiddenActivation, number>> = {
  linear: LINEAR_UNITS,
  relu: RELU,
  tanh: TANH,
  sigmoid: SIGMOID_UNITS,
  elu: ELU,
  selu: SELU,
  leaky_relu: LEAKY_RELU,
}

/** An array of weights: how many, and the addresses of them, their gradients and the optimizer's two slots. */
export type Parameter = {
  /** The address of the kernel's record of all this. */
  readonly record: number
  readonly count: number
  readonly weights: number
  readonly gradients: number
  readonly slot1: number
  readonly slot2: number
}

export type Convolution = {
  readonly record: number
  readonly kernel: Parameter
  readonly bias: Parameter
  /** Addresses of what leaves the pooling, of where each maximum came from, and of the gradient. */
  readonly output: number
  readonly origin: number
  readonly gradient: number
}

export type Dense = {
  readonly record: number
  readonly inputs: number
  readonly units: number
  readonly kernel: Parameter
  readonly bias: Parameter
  readonly input: number
  readonly output: number
  readonly gradient: number
  /** Where the gradient of its input goes; 0 for a first layer, which needs none. */
  readonly inputGradient: number
}

/**
 * Where a network lies in the kernel's memory. Plain data, so that threads can be given it. All addresses are
 * in bytes.
 */
export type Plan = {
  readonly architecture: Architecture
  /** The maximum number of rows that can be in the network at once. */
  readonly capacity: number
  readonly control: number
  /** The learning rate of the update (one f64). */
  readonly rate: number
  /** The kernel's scratch, for each thread. */
  readonly scratch: readonly number[]
  readonly batch: number
  readonly convolution?: Convolution
  readonly dense: readonly Dense[]
  /** In Keras' order: kernel and bias of each layer. */
  readonly parameters: readonly Parameter[]
  /** Size of the whole. */
  readonly bytes: number
}

/**
 * Lays out an optional convolution (3 x 3, relu) with 2 x 2 max pooling, hidden dense layers, and a dense layer to
 * the scores, whose softmax is taken together with the loss.
 *
 * @param purpose what is only needed to train is left out to predict
 */
export function planNetwork(
  architecture: Architecture,
  capacity: number,
  threads: number,
  purpose: 'train' | 'predict',
): Plan {
  const layout = memoryLayout()
  const forTraining = (count: number) => (purpose === 'train' ? layout.float32(count) : 0)
  const parameter = (count: number): Parameter => ({
    record: layout.record(ParameterRecord),
    count,
    weights: layout.float32(count),
    gradients: forTraining(count),
    slot1: forTraining(count),
    slot2: forTraining(count),
  })
  const control = layout.int32(CONTROL_WORDS)
  const rate = layout.float64(1)
  const scratch = Array.from({ length: threads }, () => layout.bytes(SCRATCH_BYTES))
  // The kernel reads one number past the last image.
  const batch = layout.float32(capacity * architecture.inputs + 1)

  let convolution: Convolution | undefined
  const dense: Dense[] = []
  let input = batch
  let inputGradient = 0
  const shapes = shapesOf(architecture)
  for (const [index, { inputs, units, isConvolution }] of shapes.entries()) {
    const kernel = parameter(inputs * units)
    const bias = parameter(units)
    const outputs = capacity * (isConvolution ? shapes[index + 1].inputs : units)
    const output = layout.float32(outputs)
    const gradient = forTraining(outputs)
    if (isConvolution) {
      const record = layout.record(ConvolutionLayer)
      convolution = { record, kernel, bias, output, origin: layout.int32(outputs), gradient }
    } else {
      const record = layout.record(DenseLayer)
      dense.push({ record, inputs, units, kernel, bias, input, output, gradient, inputGradient })
    }
    input = output
    inputGradient = gradient
  }
  const parameters = [...(convolution ? [convolution] : []), ...dense].flatMap(({ kernel, bias }) => [
    kernel,
    bias,
  ])
  return {
    architecture,
    capacity,
    control,
    rate,
    scratch,
    batch,
    dense,
    parameters,
    bytes: layout.end(),
    ...(convolution ? { convolution } : {}),
  }
}

/**
 * Writes the records of the layers and their parameters, which the kernel works by.
 *
 * @param seed of dropout's random numbers
 */
export function writeRecords(memory: WebAssembly.Memory, plan: Plan, seed = 0): void {
  const { activation, dropout } = plan.architecture
  const hidden = { activation: activationNumbers[activation], dropout }
  const pooled = { activation: RELU, dropout: 0 }
  const scores = { activation: LINEAR_UNITS, dropout: 0 }
  for (const { record, weights, gradients, slot1, slot2 } of plan.parameters) {
    recordAt(ParameterRecord, memory, record).fill({ weights, gradients, slot1, slot2 })
  }
  for (const [index, { record, kernel, bias, ...rest }] of plan.dense.entries()) {
    const own = index < plan.dense.length - 1 ? hidden : scores
    const before = index === 0 ? pooled : hidden
    recordAt(DenseLayer, memory, record).fill({
      ...rest,
      kernel: kernel.record,
      bias: bias.record,
      index,
      ...own,
      inputActivation: before.activation,
      inputDropout: before.dropout,
      seed,
    })
  }
  if (plan.convolution) {
    const { record, kernel, bias, output, origin, gradient } = plan.convolution
    const { side, filters } = plan.architecture
    recordAt(ConvolutionLayer, memory, record).fill({
      side,
      filters,
      kernel: kernel.record,
      bias: bias.record,
      images: plan.batch,
      output,
      origin,
      gradient,
    })
  }
}
