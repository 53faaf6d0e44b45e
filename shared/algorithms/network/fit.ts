import type { Matrix } from '../../data/matrix.ts'
import { type RandomState, randomState, randomStateFrom } from '../../data/random.ts'
import { JobError } from '../../errors.ts'
import type { Checkpoint, Fit, History, Run, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import type { NetworkModel } from '../dnn/model.ts'
import { applyOptimizer, defaultRate, type OptimizerName, startOptimizer } from './optimizer.ts'
import { type Architecture, buildSequential, layersOf, type Sequential } from './sequential.ts'
import { argmax, softmax } from './softmax.ts'

export type NetworkParams = {
  readonly epochs: number
  readonly batch_size: number
  readonly learning_rate?: number | null
  readonly optimizer: OptimizerName
  readonly random_state: number | null
}

/** Multiplications between two looks at the clock. */
const WORK_PER_STEP = 2e8

type Position = { epoch: number; step: number; t: number; loss: number; hits: number }

/**
 * Trains a network by mini-batches, as Keras' `fit` does: rows reshuffled every epoch, the last batch smaller,
 * mean sparse categorical cross-entropy. Weights begin as Keras' glorot_uniform, biases at zero (Glorot and Bengio,
 * "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010).
 */
export async function fitNetwork(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  run: Run,
): Promise<Fit<NetworkModel>> {
  checkTraining(data)
  const { features, target } = data
  const batchSize = Math.min(params.batch_size, features.rows)
  const network = buildSequential(architecture, Math.max(batchSize, 1))
  const rate = params.learning_rate ?? defaultRate[params.optimizer]
  const rows = rowMajor(features)
  const validationRows = rowMajor(data.validation.features)
  const saved = run.resumeFrom
  const random =
    saved === undefined ? randomState(params.random_state ?? 42) : randomStateFrom(uint32(saved.random))
  const order = saved === undefined ? Int32Array.from(target, (_, i) => i) : int32(saved.order)
  const history = saved === undefined ? emptyHistory() : historyFrom(saved.history)
  const at: Position =
    saved === undefined ? { epoch: 0, step: 0, t: 0, loss: 0, hits: 0 } : positionFrom(saved.position)
  if (saved === undefined) {
    initialise(network, random)
    startOptimizer(params.optimizer, network.kernel, network.parameters)
  } else {
    network.weights.set(float32(saved.weights))
    for (const [i, slot] of slots(network).entries()) slot.set(float32(Object(saved.slots)[i]))
  }

  const batches = Math.ceil(features.rows / batchSize)
  const stepsPerTurn = Math.max(1, Math.floor(WORK_PER_STEP / (6 * network.weights.length * batchSize)))
  while (at.epoch < params.epochs) {
    if (at.step === 0) random.shuffle(order)
    while (at.step < batches) {
      const from = at.step * batchSize
      const count = Math.min(batchSize, features.rows - from)
      gather(network, rows, features.columns, order, from, count)
      network.forward(count)
      const { loss, hits } = lossGradient(network, target, order, from, count)
      network.backward(count)
      at.t++
      applyOptimizer(params.optimizer, rate, at.t, network.kernel, network.parameters)
      at.loss += loss
      at.hits += hits
      at.step++
      if (at.step % stepsPerTurn === 0 && at.step < batches) {
        const seen = from + count
        const detail = { epoch: at.epoch + 1, loss: at.loss / seen, accuracy: at.hits / seen }
        const fraction = (at.epoch + at.step / batches) / params.epochs
        if ((await run.step({ fraction, detail })) === 'pause') return paused()
      }
    }
    history.loss.push(at.loss / features.rows)
    history.accuracy.push(at.hits / features.rows)
    if (!Number.isFinite(at.loss)) {
      throw new JobError(
        `The loss became ${at.loss} in epoch ${at.epoch + 1}: use a smaller learning_rate than ${rate}.`,
      )
    }
    const held = validate(network, validationRows, data.validation.target, features.columns)
    history.val_loss.push(held.loss)
    history.val_accuracy.push(held.accuracy)
    const detail = { epoch: at.epoch + 1, loss: at.loss / features.rows, accuracy: at.hits / features.rows }
    Object.assign(at, { epoch: at.epoch + 1, step: 0, loss: 0, hits: 0 })
    const answer = await run.step({ fraction: at.epoch / params.epochs, detail })
    if (answer === 'pause' && at.epoch < params.epochs) return paused()
  }
  return {
    status: 'done',
    model: {
      classCount: data.classCount,
      featureCount: features.columns,
      inputShape: architecture.filters > 0 ? [architecture.side, architecture.side, 1] : [features.columns],
      layers: layersOf(network),
    },
    warnings: [],
    history,
  }

  function paused(): Fit<NetworkModel> {
    const checkpoint: Checkpoint = {
      weights: network.weights.slice(),
      slots: slots(network).map((slot) => slot.slice()),
      random: random.snapshot(),
      order: order.slice(),
      position: { ...at },
      history: {
        loss: [...history.loss],
        accuracy: [...history.accuracy],
        val_loss: [...history.val_loss],
        val_accuracy: [...history.val_accuracy],
      },
    }
    return { status: 'paused', checkpoint }
  }
}

function slots({ kernel, parameters }: Sequential): Float32Array[] {
  return [parameters.slot1, parameters.slot2].map((slot) => kernel.floats(slot, parameters.length))
}

/** The rows one after the other, in float32. */
export function rowMajor(matrix: Matrix): Float32Array {
  const out = new Float32Array(matrix.rows * matrix.columns)
  for (let j = 0; j < matrix.columns; j++) {
    for (let i = 0; i < matrix.rows; i++) out[i * matrix.columns + j] = matrix.values[j * matrix.rows + i]
  }
  return out
}

/** glorot_uniform: between plus and minus sqrt(6 / (fan in + fan out)); a convolution's fans count its 3 x 3 field. */
export function initialise({ architecture, shapes, weights }: Sequential, random: RandomState): void {
  let offset = 0
  for (const [index, { inputs, units }] of shapes.entries()) {
    const isConvolution = architecture.filters > 0 && index === 0
    const limit = Math.sqrt(6 / (inputs + (isConvolution ? units * 9 : units)))
    for (let i = 0; i < inputs * units; i++) weights[offset + i] = (2 * random.double() - 1) * limit
    weights.fill(0, offset + inputs * units, offset + (inputs + 1) * units)
    offset += (inputs + 1) * units
  }
}

function gather(
  network: Sequential,
  rows: Float32Array,
  columns: number,
  order: Int32Array,
  from: number,
  count: number,
): void {
  const { batch } = network
  for (let i = 0; i < count; i++) {
    const row = order[from + i] * columns
    for (let j = 0; j < columns; j++) batch[i * columns + j] = rows[row + j]
  }
}

/** Sum of the batch's losses and hits; writes the gradient of the mean loss by the scores: probability minus one-hot. */
export function lossGradient(
  { scores, scoreGradients, architecture }: Sequential,
  target: Int32Array,
  order: Int32Array,
  from: number,
  count: number,
): { loss: number; hits: number } {
  const { classes } = architecture
  let loss = 0
  let hits = 0
  for (let i = 0; i < count; i++) {
    const start = i * classes
    const actual = target[order[from + i]]
    if (argmax(scores, start, classes) === actual) hits++
    softmax(scores, start, classes, scoreGradients, start)
    loss -= Math.log(Math.max(1e-7, Math.min(1 - 1e-7, scoreGradients[start + actual])))
    if (Number.isNaN(scoreGradients[start + actual])) loss = Number.NaN
    scoreGradients[start + actual] -= 1
    for (let k = 0; k < classes; k++) scoreGradients[start + k] /= count
  }
  return { loss, hits }
}

function validate(
  network: Sequential,
  rows: Float32Array,
  target: Int32Array,
  columns: number,
): { loss: number; accuracy: number } {
  const { classes } = network.architecture
  const probabilities = new Float64Array(classes)
  let loss = 0
  let hits = 0
  for (let from = 0; from < target.length; from += network.batchSize) {
    const count = Math.min(network.batchSize, target.length - from)
    network.batch.set(rows.subarray(from * columns, (from + count) * columns))
    network.forward(count)
    for (let i = 0; i < count; i++) {
      softmax(network.scores, i * classes, classes, probabilities, 0)
      const actual = target[from + i]
      if (argmax(probabilities, 0, classes) === actual) hits++
      loss -= Math.log(Math.max(1e-7, Math.min(1 - 1e-7, actual < 0 ? 0 : probabilities[actual])))
    }
  }
  return { loss: loss / target.length, accuracy: hits / target.length }
}

type MutableHistory = { -readonly [K in keyof History]: number[] }

const emptyHistory = (): MutableHistory => ({ loss: [], accuracy: [], val_loss: [], val_accuracy: [] })

function historyFrom(saved: unknown): MutableHistory {
  const { loss, accuracy, val_loss, val_accuracy } = Object(saved)
  return {
    loss: numbers(loss),
    accuracy: numbers(accuracy),
    val_loss: numbers(val_loss),
    val_accuracy: numbers(val_accuracy),
  }
}

function positionFrom(saved: unknown): Position {
  const { epoch, step, t, loss, hits } = Object(saved)
  return { epoch: Number(epoch), step: Number(step), t: Number(t), loss: Number(loss), hits: Number(hits) }
}

const damaged = () => new Error('The checkpoint does not have the form of a network.')

function numbers(value: unknown): number[] {
  if (!Array.isArray(value)) throw damaged()
  return value.map(Number)
}
function float32(value: unknown): Float32Array {
  if (value instanceof Float32Array) return value
  throw damaged()
}
function int32(value: unknown): Int32Array {
  if (value instanceof Int32Array) return value
  throw damaged()
}
function uint32(value: unknown): Uint32Array {
  if (value instanceof Uint32Array) return value
  throw damaged()
}
