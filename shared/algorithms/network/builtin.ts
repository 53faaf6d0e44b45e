import { type RandomState, randomState, randomStateFrom } from '../../data/random.ts'
import { JobError } from '../../errors/job-error.ts'
import { startThreadsAhead } from '../../threads/thread-pool.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/network.ts'
import { sharedMemory } from '../../wasm/memory.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { type Architecture, inputShapeOf, layersOf, workPerRow } from './architecture.ts'
import { begin, checkpointOf, type MutableHistory, type Position, resume } from './checkpoint.ts'
import { checkLoss, endEpoch, progressOf } from './epoch.ts'
import { fillGlorotUniform } from './glorot-uniform.ts'
import type { NetworkParams } from './hyperparameters.ts'
import { lossAndGradient, lossOf } from './loss.ts'
import type { NetworkModel } from './model.ts'
import { initialSlot, type Optimizer, optimizerOf } from './optimizer.ts'
import { openParallelPasses, type ParallelPasses } from './parallel-passes.ts'
import { type Plan, planNetwork } from './plan.ts'
import { rowMajor } from './row-major.ts'
import { trainNetworkTask } from './train-task.ts'

/** Multiply-adds between two calls of `context.step`: some 50 ms. */
const WORK_PER_TURN = 5e8

/** Multiply-adds of a whole fit from which threads pay for their start. */
const WORK_FOR_THREADS = 2e9
/** Multiply-adds of a step that keep one thread busy between barriers. */
const WORK_PER_THREAD = 4e5
const MAX_THREADS = 64

/** Memory that a network may take, in bytes. */
const MEMORY_LIMIT = 2 ** 31

/** Rows at a time in the validation, where batches are smaller. */
const VALIDATION_ROWS = 32

/**
 * Trains a network by mini-batches, as Keras' `fit` does: rows reshuffled every epoch, the last batch
 * smaller, mean sparse categorical cross-entropy. Weights begin as Keras' glorot_uniform, biases at zero.
 */
export async function trainBuiltin(
  data: TrainingData,
  params: NetworkParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  checkTraining(data, { acceptsMissing: false })
  const optimizer = optimizerOf(params)
  const schedule = scheduleOf(data.features.rows, params, architecture, context.threads)
  const plan = planWithinLimit(architecture, schedule)
  // They start while the data are prepared.
  startThreadsAhead(schedule.threads - 1, trainNetworkTask)
  const memory = sharedMemory(plan.bytes)
  const state = openState(memory, plan, data.features.rows, params, optimizer, context)
  const views = openViews(memory, plan, data)
  const passes = openParallelPasses({ module: await loadKernel(kernel), memory, plan, optimizer })
  const training: Training = { data, params, optimizer, schedule, plan, state, views, passes, context }
  try {
    while (state.position.epoch < params.epochs) {
      if ((await trainEpoch(training)) === 'pause') {
        const { arrays, random, order, position, history } = state
        return { status: 'paused', checkpoint: checkpointOf(arrays, random, order, position, history) }
      }
    }
  } finally {
    await passes.close()
  }
  const weights = plan.parameters.map(({ weights, count }) => floats(memory, weights, count).slice())
  return {
    status: 'done',
    model: {
      classCount: data.classCount,
      featureCount: data.features.columns,
      inputShape: inputShapeOf(architecture),
      layers: layersOf(architecture, weights),
    },
    warnings: [],
    history: state.history,
  }
}

type Training = {
  readonly data: TrainingData
  readonly params: NetworkParams
  readonly optimizer: Optimizer
  readonly schedule: Schedule
  readonly plan: Plan
  readonly state: FitState
  readonly views: Views
  readonly passes: ParallelPasses
  readonly context: FitContext
}

/** How the work is divided. None of it changes the result but `batchSize`. */
type Schedule = {
  readonly batchSize: number
  readonly batchesPerEpoch: number
  readonly threads: number
  /** Steps between two calls of `context.step`. */
  readonly stepsPerTurn: number
}

function scheduleOf(
  rows: number,
  { batch_size, epochs }: NetworkParams,
  architecture: Architecture,
  threads: number,
): Schedule {
  const batchSize = Math.min(batch_size, rows)
  const batchesPerEpoch = Math.ceil(rows / batchSize)
  const workPerStep = workPerRow(architecture) * batchSize
  const useful = Math.min(threads, Math.floor(workPerStep / WORK_PER_THREAD), MAX_THREADS)
  const paysForThreads = workPerStep * batchesPerEpoch * epochs >= WORK_FOR_THREADS
  return {
    batchSize,
    batchesPerEpoch,
    threads: paysForThreads ? Math.max(1, useful) : 1,
    stepsPerTurn: Math.max(1, Math.floor(WORK_PER_TURN / workPerStep)),
  }
}

/** @throws JobError for a network that needs more memory than it may take. */
function planWithinLimit(architecture: Architecture, { batchSize, threads }: Schedule): Plan {
  const plan = planNetwork(architecture, Math.max(batchSize, VALIDATION_ROWS), threads, 'train')
  if (plan.bytes <= MEMORY_LIMIT) return plan
  throw new JobError(
    'too_large_to_train',
    `The network needs ${(plan.bytes / 2 ** 30).toFixed(1)} GiB for batches of ${batchSize} rows of ${architecture.inputs} features: use a smaller batch_size than ${batchSize}, or fewer features.`,
  )
}

/** All that changes during a fit: what a checkpoint holds. */
type FitState = {
  /** Of each parameter, its weights and the optimizer's two slots, in the kernel's memory. */
  readonly arrays: readonly Float32Array[]
  readonly random: RandomState
  /** The training rows in the epoch's order. */
  readonly order: Int32Array
  readonly position: Position
  readonly history: MutableHistory
}

/** The state of a fit that begins, or that goes on from its checkpoint. */
function openState(
  memory: WebAssembly.Memory,
  plan: Plan,
  rows: number,
  params: NetworkParams,
  optimizer: Optimizer,
  context: FitContext,
): FitState {
  const arrays = plan.parameters.flatMap(({ count, weights, slot1, slot2 }) =>
    [weights, slot1, slot2].map((address) => floats(memory, address, count)),
  )
  if (context.resumeFrom !== undefined) {
    const { random, order, position, history } = resume(context.resumeFrom, arrays)
    return { arrays, random: randomStateFrom(random), order, position, history }
  }
  const random = randomState(params.random_state ?? 42)
  // Each layer has a kernel and a bias.
  const kernels = plan.parameters
    .filter((_, i) => i % 2 === 0)
    .map(({ weights, count }) => floats(memory, weights, count))
  fillGlorotUniform(plan.architecture, kernels, random)
  const slot = initialSlot(optimizer.name)
  for (const { count, slot1 } of plan.parameters) floats(memory, slot1, count).fill(slot)
  return { arrays, random, ...begin(rows) }
}

/** The rows, and what a step reads and writes in the kernel's memory. */
type Views = {
  /** Row-major. */
  readonly rows: Float32Array
  readonly validationRows: Float32Array
  readonly batch: Float32Array
  readonly scores: Float32Array
  readonly scoreGradients: Float32Array
  /** The classes of the batch's rows. */
  readonly actual: Int32Array
}

function openViews(
  memory: WebAssembly.Memory,
  { capacity, architecture, batch, dense }: Plan,
  { features, validation }: TrainingData,
): Views {
  const last = dense[dense.length - 1]
  return {
    rows: rowMajor(features),
    validationRows: rowMajor(validation.features),
    batch: floats(memory, batch, capacity * features.columns),
    scores: floats(memory, last.output, capacity * architecture.classes),
    scoreGradients: floats(memory, last.gradient, capacity * architecture.classes),
    actual: new Int32Array(capacity),
  }
}

/** Trains to the end of the epoch and validates, or stops where the fit is to pause. */
async function trainEpoch(training: Training): Promise<'continue' | 'pause'> {
  const { data, params, optimizer, schedule, state, context } = training
  const { position, history } = state
  const { batchesPerEpoch, batchSize, stepsPerTurn } = schedule
  if (position.step === 0) state.random.shuffle(state.order)
  while (position.step < batchesPerEpoch) {
    takeStep(training)
    if (position.step % stepsPerTurn === 0 && position.step < batchesPerEpoch) {
      const seen = position.step * batchSize
      const progress = progressOf(position, seen, position.step / batchesPerEpoch, params.epochs)
      if ((await context.step(progress)) === 'pause') return 'pause'
    }
  }
  const validation = await validate(training)
  const isValid = Number.isFinite(position.loss) && !Number.isNaN(validation.loss)
  if (!isValid) checkLoss(position.loss + validation.loss, position.epoch, optimizer.rate)
  const ended = progressOf(position, data.features.rows, 1, params.epochs)
  endEpoch(position, history, data.features.rows, validation)
  const answer = await context.step(ended)
  return position.epoch < params.epochs ? answer : 'continue'
}

/** Trains on the next batch of the epoch. */
function takeStep({ data, schedule, state, views, passes }: Training): void {
  const { features, target } = data
  const { columns } = features
  const { order, position } = state
  const { rows, batch, actual } = views
  const first = position.step * schedule.batchSize
  const count = Math.min(schedule.batchSize, features.rows - first)
  for (let i = 0; i < count; i++) {
    const row = order[first + i]
    actual[i] = target[row]
    const start = row * columns
    const to = i * columns
    for (let j = 0; j < columns; j++) batch[to + j] = rows[start + j]
  }
  position.t++
  passes.step(count, position.t, (count) => {
    const found = lossAndGradient(views.scores, actual, count, data.classCount, views.scoreGradients)
    position.loss += found.loss
    position.hits += found.hits
  })
  position.step++
}

/**
 * The mean loss and the accuracy on the validation rows. Reports progress and yields to the event loop; a pause request
 * takes effect after the validation, which takes a fraction of an epoch.
 */
async function validate(training: Training): Promise<{ loss: number; accuracy: number }> {
  const { data, params, schedule, plan, state, views, passes, context } = training
  const { validation, classCount } = data
  const { columns, rows } = data.features
  let loss = 0
  let hits = 0
  let batches = 0
  for (let first = 0; first < validation.target.length; first += plan.capacity) {
    if (++batches % schedule.stepsPerTurn === 0) {
      await context.step(progressOf(state.position, rows, 1, params.epochs))
    }
    const count = Math.min(plan.capacity, validation.target.length - first)
    views.batch.set(views.validationRows.subarray(first * columns, (first + count) * columns))
    passes.forward(count)
    const found = lossOf(views.scores, validation.target.subarray(first, first + count), classCount)
    loss += found.loss
    hits += found.hits
  }
  const count = Math.max(1, validation.target.length)
  return { loss: loss / count, accuracy: hits / count }
}

function floats({ buffer }: WebAssembly.Memory, address: number, count: number): Float32Array {
  return new Float32Array(buffer, address, count)
}
