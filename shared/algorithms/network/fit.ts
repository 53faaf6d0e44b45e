import type { Matrix } from '../../data/matrix.ts'
import { type RandomState, randomState, randomStateFrom } from '../../data/random.ts'
import { JobError } from '../../errors/job-error.ts'
import { startThreadsAhead } from '../../threads/thread-pool.ts'
import { sharedMemory } from '../../wasm/instance.ts'
import { loadKernel } from '../../wasm/kernel-files.ts'
import type { Fit, Run, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { begin, checkpointOf, type Position, resume } from './checkpoint.ts'
import { lossAndGradient, lossOf } from './loss.ts'
import type { NetworkModel } from './model.ts'
import { initialSlot, type OptimizerName, optimizerOf } from './optimizer.ts'
import { type Architecture, layersOf, type Plan, planNetwork, shapesOf, workPerRow } from './plan.ts'
import { gatherTeam } from './team.ts'

export type NetworkParams = {
  readonly epochs: number
  readonly batch_size: number
  readonly learning_rate?: number | null
  readonly optimizer: OptimizerName
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly weight_decay?: number
  readonly random_state: number | null
}

/** Multiply-adds between two calls of `run.step`: some 50 ms. */
const WORK_PER_TURN = 5e8

/**
 * Multiply-adds of a whole fit from which threads pay for their start, and of a step that keep one busy
 * between barriers.
 */
const WORK_FOR_THREADS = 2e9
const WORK_PER_THREAD = 4e5

/** Memory that a network may take, in bytes. */
const MEMORY_LIMIT = 2 ** 31

/** Rows at a time in the validation, where batches are smaller. */
const VALIDATION_ROWS = 32

/**
 * Trains a network by mini-batches, as Keras' `fit` does: rows reshuffled every epoch, the last batch
 * smaller, mean sparse categorical cross-entropy. Weights begin as Keras' glorot_uniform, biases at zero
 * (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS
 * 2010).
 */
export async function fitNetwork(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  run: Run,
): Promise<Fit<NetworkModel>> {
  checkTraining(data)
  const optimizer = optimizerOf(params)
  const { features, target, validation } = data
  const batchSize = Math.min(params.batch_size, features.rows)
  const workPerStep = workPerRow(architecture) * batchSize
  const batches = Math.ceil(features.rows / batchSize)
  const worthThreads = workPerStep * batches * params.epochs >= WORK_FOR_THREADS
  const threads = worthThreads
    ? Math.max(1, Math.min(run.threads, Math.floor(workPerStep / WORK_PER_THREAD), 64))
    : 1
  const plan = planNetwork(architecture, Math.max(batchSize, VALIDATION_ROWS), threads, 'train')
  if (plan.bytes > MEMORY_LIMIT) {
    throw new JobError(
      'too_large_to_train',
      `The network needs ${(plan.bytes / 2 ** 30).toFixed(1)} GiB for batches of ${batchSize} rows of ${features.columns} features: use a smaller batch_size than ${batchSize}, or fewer features.`,
    )
  }
  // They start while the data are prepared.
  startThreadsAhead(threads - 1, 'network-lane')
  const memory = sharedMemory(plan.bytes)
  const floats = (address: number, count: number) => new Float32Array(memory.buffer, address, count)
  const state = plan.parameters.flatMap(({ count, weights, slot1, slot2 }) =>
    [weights, slot1, slot2].map((address) => floats(address, count)),
  )
  const saved = run.resumeFrom === undefined ? undefined : resume(run.resumeFrom, state)
  const random = saved ? randomStateFrom(saved.random) : randomState(params.random_state ?? 42)
  const { order, position: at, history } = saved ?? begin(features.rows)
  if (saved === undefined) {
    initialise(architecture, plan, floats, random)
    const slot = initialSlot(optimizer.name)
    for (const { count, slot1 } of plan.parameters) floats(slot1, count).fill(slot)
  }

  const rows = rowMajor(features)
  const validationRows = rowMajor(validation.features)
  const { columns } = features
  const { classes } = architecture
  const batch = floats(plan.batch, plan.capacity * columns)
  const last = plan.dense[plan.dense.length - 1]
  const scores = floats(last.output, plan.capacity * classes)
  const scoreGradients = floats(last.gradient, plan.capacity * classes)
  const actual = new Int32Array(plan.capacity)
  const stepsPerTurn = Math.max(1, Math.floor(WORK_PER_TURN / workPerStep))
  const team = gatherTeam({ module: await loadKernel('network'), memory, plan, optimizer })
  try {
    while (at.epoch < params.epochs) {
      if (at.step === 0) random.shuffle(order)
      while (at.step < batches) {
        takeStep()
        if (at.step % stepsPerTurn === 0 && at.step < batches) {
          const seen = at.step * batchSize
          if ((await run.step(progress(seen))) === 'pause') return paused()
        }
      }
      const held = await validate()
      if (!Number.isFinite(at.loss) || Number.isNaN(held.loss)) {
        throw new JobError(
          'diverged',
          `The loss became ${at.loss + held.loss} in epoch ${at.epoch + 1}: use a smaller learning_rate than ${optimizer.rate}.`,
        )
      }
      history.loss.push(at.loss / features.rows)
      history.accuracy.push(at.hits / features.rows)
      history.val_loss.push(held.loss)
      history.val_accuracy.push(held.accuracy)
      const ended = progress(features.rows)
      Object.assign(at, { epoch: at.epoch + 1, step: 0, loss: 0, hits: 0 } satisfies Partial<Position>)
      if ((await run.step(ended)) === 'pause' && at.epoch < params.epochs) return paused()
    }
  } finally {
    await team.close()
  }
  const weights = plan.parameters.map((parameter) => floats(parameter.weights, parameter.count).slice())
  return {
    status: 'done',
    model: {
      classCount: data.classCount,
      featureCount: columns,
      inputShape: inputShapeOf(architecture),
      layers: layersOf(architecture, weights),
    },
    warnings: [],
    history,
  }

  function takeStep(): void {
    const from = at.step * batchSize
    const count = Math.min(batchSize, features.rows - from)
    for (let i = 0; i < count; i++) {
      const row = order[from + i]
      actual[i] = target[row]
      const start = row * columns
      const to = i * columns
      for (let j = 0; j < columns; j++) batch[to + j] = rows[start + j]
    }
    at.t++
    team.step(count, at.t, findLoss)
    at.step++
  }

  function findLoss(count: number): void {
    const found = lossAndGradient(scores, actual, count, classes, scoreGradients)
    at.loss += found.loss
    at.hits += found.hits
  }

  /** Tells and breathes as the steps do, and lets a pause wait for its end, which is soon: it takes a fraction of an epoch. */
  async function validate(): Promise<{ loss: number; accuracy: number }> {
    let loss = 0
    let hits = 0
    let batchesSoFar = 0
    for (let from = 0; from < validation.target.length; from += plan.capacity) {
      if (++batchesSoFar % stepsPerTurn === 0) await run.step(progress(features.rows))
      const count = Math.min(plan.capacity, validation.target.length - from)
      batch.set(validationRows.subarray(from * columns, (from + count) * columns))
      team.forward(count)
      const found = lossOf(scores, validation.target.subarray(from, from + count), classes)
      loss += found.loss
      hits += found.hits
    }
    const count = Math.max(1, validation.target.length)
    return { loss: loss / count, accuracy: hits / count }
  }

  function progress(seen: number) {
    return {
      fraction: (at.epoch + at.step / batches) / params.epochs,
      detail: { epoch: at.epoch + 1, loss: at.loss / seen, accuracy: at.hits / seen },
    }
  }

  function paused(): Fit<NetworkModel> {
    return { status: 'paused', checkpoint: checkpointOf(state, random, order, at, history) }
  }
}

export function inputShapeOf({ side, inputs, filters }: Architecture): number[] {
  return filters > 0 ? [side, side, 1] : [inputs]
}

/** The rows one after the other, in float32; some at a time, so that both sides stay in the cache. */
export function rowMajor({ rows, columns, values }: Matrix): Float32Array {
  const out = new Float32Array(rows * columns)
  for (let from = 0; from < rows; from += 64) {
    const to = Math.min(from + 64, rows)
    for (let j = 0; j < columns; j++) {
      for (let i = from; i < to; i++) out[i * columns + j] = values[j * rows + i]
    }
  }
  return out
}

/**
 * glorot_uniform: between plus and minus sqrt(6 / (fan in + fan out)); a convolution's fans count its 3 x 3
 * field.
 */
export function initialise(
  architecture: Architecture,
  plan: Plan,
  floats: (address: number, count: number) => Float32Array,
  random: RandomState,
): void {
  for (const [i, { inputs, units, isConvolution }] of shapesOf(architecture).entries()) {
    const limit = Math.sqrt(6 / (inputs + (isConvolution ? units * 9 : units)))
    const kernel = plan.parameters[2 * i]
    const weights = floats(kernel.weights, kernel.count)
    for (let w = 0; w < weights.length; w++) weights[w] = (2 * random.double() - 1) * limit
  }
}
