import { type RandomState, randomState, randomStateFrom } from '../../data/random.ts'
import { startThreadsAhead } from '../../threads/thread-pool.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/network.ts'
import { sharedMemory } from '../../wasm/memory.ts'
import type { Fit, FitContext } from '../algorithm.ts'
import { arithmeticFieldOf, arithmeticOf } from '../arithmetic.ts'
import { type Architecture, inputShapeOf, layersOf } from './architecture.ts'
import { begin, checkpointOf, type MutableHistory, type Position, resume } from './checkpoint.ts'
import { checkLoss, endEpoch, progressOf } from './epoch.ts'
import { fillGlorotUniform } from './glorot-uniform.ts'
import type { TrainingParams } from './hyperparameters.ts'
import { plateauOf, rateAt } from './learning-rate.ts'
import type { NetworkModel } from './model.ts'
import type { Objective } from './objective.ts'
import { initialSlot, type Optimizer, optimizerOf } from './optimizer.ts'
import { openParallelPasses, type ParallelPasses } from './parallel-passes.ts'
import type { Plan } from './plan.ts'
import type { NetworkRows } from './rows.ts'
import { planWithinLimit, type Schedule, scheduleOf } from './schedule.ts'
import { trainNetworkTask } from './train-task.ts'
import { reduceRate, startWatch, stopsEarly, type WatchState } from './watch.ts'

/** The rows that a network learns from and is validated on, and what it learns. */
export type NetworkProblem = {
  readonly rows: NetworkRows
  readonly validationRows: NetworkRows
  readonly columns: number
  readonly objective: Objective
}

/**
 * Trains a network by mini-batches, as Keras' `fit` does: rows reshuffled every epoch, the last batch smaller, the mean
 * of the objective's losses. Weights begin as Keras' glorot_uniform, biases at zero.
 */
export async function trainBuiltin(
  problem: NetworkProblem,
  params: TrainingParams,
  architecture: Architecture,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const { objective, columns } = problem
  const rowCount = problem.rows.count
  const optimizer = optimizerOf(params)
  const schedule = scheduleOf(rowCount, params, architecture, context.threads)
  const plan = planWithinLimit(architecture, schedule)
  const arithmetic = arithmeticOf(context)
  // They start while the data are prepared.
  startThreadsAhead(schedule.threads - 1, trainNetworkTask)
  const memory = sharedMemory(plan.bytes)
  const state = openState(memory, plan, rowCount, params, optimizer, context)
  const views = openViews(memory, plan)
  const passes = openParallelPasses({
    module: await loadKernel(kernel, arithmetic),
    memory,
    plan,
    optimizer,
    l2: params.l2,
    seed: params.random_state ?? 42,
  })
  const training: Training = { problem, rowCount, params, schedule, plan, state, views, passes, context }
  const { arrays, random, order, position, history, watch } = state
  try {
    let answer: Answer = 'continue'
    while (position.epoch < params.epochs && answer !== 'stop') {
      answer = await trainEpoch(training)
      if (answer === 'pause') {
        return {
          status: 'paused',
          checkpoint: {
            ...checkpointOf(arrays, random, order, position, history, watch),
            ...arithmeticFieldOf(arithmetic),
          },
        }
      }
    }
  } finally {
    await passes.close()
  }
  return {
    status: 'done',
    model: {
      classCount: objective.classCount,
      featureCount: columns,
      inputShape: inputShapeOf(architecture),
      layers: layersOf(architecture, watch.weights ?? weightsOf(state), objective.last),
      ...arithmeticFieldOf(arithmetic),
    },
    warnings: stopWarnings(position.epoch, params),
    history: objective.last === 'softmax' ? history : { loss: history.loss, val_loss: history.val_loss },
  }
}

/** How an epoch ended. */
type Answer = 'continue' | 'pause' | 'stop'

function stopWarnings(epochs: number, params: TrainingParams): string[] {
  const { early_stopping } = params
  if (early_stopping === undefined || epochs === params.epochs) return []
  return [`early_stopping ended the training after ${epochs} of ${params.epochs} epochs.`]
}

type Training = {
  readonly problem: NetworkProblem
  readonly rowCount: number
  readonly params: TrainingParams
  readonly schedule: Schedule
  readonly plan: Plan
  readonly state: FitState
  readonly views: Views
  readonly passes: ParallelPasses
  readonly context: FitContext
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
  readonly watch: WatchState
}

/** Copies of the weights. */
const weightsOf = ({ arrays }: FitState) =>
  arrays.filter((_, i) => i % 3 === 0).map((weights) => weights.slice())

/** The state of a fit that begins, or that goes on from its checkpoint. */
function openState(
  memory: WebAssembly.Memory,
  plan: Plan,
  rows: number,
  params: TrainingParams,
  optimizer: Optimizer,
  context: FitContext,
): FitState {
  const arrays = plan.parameters.flatMap(({ count, weights, slot1, slot2 }) =>
    [weights, slot1, slot2].map((address) => floats(memory, address, count)),
  )
  const resumed = resume(context, arrays, rows)
  if (resumed !== undefined) {
    const { random, watch = startWatch(optimizer.rate), ...rest } = resumed
    return { arrays, random: randomStateFrom(random), watch, ...rest }
  }
  const random = randomState(params.random_state ?? 42)
  // Each layer has a kernel and a bias.
  const kernels = plan.parameters
    .filter((_, i) => i % 2 === 0)
    .map(({ weights, count }) => floats(memory, weights, count))
  fillGlorotUniform(plan.architecture, kernels, random)
  const slot = initialSlot(optimizer.name)
  for (const { count, slot1 } of plan.parameters) floats(memory, slot1, count).fill(slot)
  return { arrays, random, watch: startWatch(optimizer.rate), ...begin(rows) }
}

/** What a step reads and writes in the kernel's memory. */
type Views = {
  readonly batch: Float32Array
  readonly scores: Float32Array
  readonly scoreGradients: Float32Array
}

function openViews(memory: WebAssembly.Memory, { capacity, architecture, batch, dense }: Plan): Views {
  const last = dense[dense.length - 1]
  return {
    batch: floats(memory, batch, capacity * architecture.inputs),
    scores: floats(memory, last.output, capacity * architecture.outputs),
    scoreGradients: floats(memory, last.gradient, capacity * architecture.outputs),
  }
}

/** Trains to the end of the epoch and validates, or ends where the fit is to pause. */
async function trainEpoch(training: Training): Promise<Answer> {
  const { rowCount, params, schedule, state, context } = training
  const { position, history, watch } = state
  const { batchesPerEpoch, batchSize, stepsPerTurn } = schedule
  const hasAccuracy = training.problem.objective.last === 'softmax'
  const progress = (seen: number, done: number) => progressOf(position, seen, done, params, hasAccuracy)
  if (position.step === 0) state.random.shuffle(state.order)
  while (position.step < batchesPerEpoch) {
    takeStep(training)
    if (position.step % stepsPerTurn === 0 && position.step < batchesPerEpoch) {
      const seen = position.step * batchSize
      if ((await context.step(progress(seen, position.step / batchesPerEpoch))) === 'pause') return 'pause'
    }
  }
  const validation = await validate(training, () => context.step(progress(rowCount, 1)))
  const isValid = Number.isFinite(position.loss) && !Number.isNaN(validation.loss)
  if (!isValid) checkLoss(position.loss + validation.loss, position.epoch, watch.rate)
  const ended = progress(rowCount, 1)
  endEpoch(position, history, rowCount, validation, hasAccuracy)
  const isLast = watchEpoch(training) || position.epoch === params.epochs
  const answer = await context.step(ended)
  return isLast ? 'stop' : answer
}

/** Whether the fit is to stop by what the epochs' figures show; reduces the rate by them. */
function watchEpoch({ params, state }: Training): boolean {
  const { early_stopping, learning_rate } = params
  const { history, position, watch } = state
  const plateau = plateauOf(learning_rate)
  if (plateau !== undefined) reduceRate(watch, plateau, history[plateau.monitor].at(-1) ?? Number.NaN)
  if (early_stopping === undefined) return false
  const figure = history[early_stopping.monitor].at(-1) ?? Number.NaN
  return stopsEarly(watch, early_stopping, figure, position.epoch - 1, () => weightsOf(state))
}

/** Trains on the next batch of the epoch. */
function takeStep({ problem, rowCount, params, schedule, state, views, passes }: Training): void {
  const { rows, objective } = problem
  const { order, position, watch } = state
  const { batch, scores, scoreGradients } = views
  const first = position.step * schedule.batchSize
  const count = Math.min(schedule.batchSize, rowCount - first)
  const taken = order.subarray(first, first + count)
  rows.gather(taken, batch)
  const rate = rateAt(params.learning_rate, position.t, watch.rate)
  position.t++
  if (params.l2 > 0) position.loss += count * penaltyOf(state, params.l2)
  passes.step(count, position.t, rate, () => {
    const found = objective.ofBatch(scores, taken, scoreGradients)
    position.loss += found.loss
    position.hits += found.hits
  })
  position.step++
}

/** l2 * (the sum of the squares of all kernels), which Keras counts as part of the loss. */
function penaltyOf({ arrays }: FitState, l2: number): number {
  let squares = 0
  // Of each parameter there are three arrays, and every other parameter is a bias.
  for (let i = 0; i < arrays.length; i += 6) {
    const weights = arrays[i]
    for (let w = 0; w < weights.length; w++) squares += weights[w] * weights[w]
  }
  return l2 * squares
}

/**
 * The mean loss and the accuracy on the validation rows. A pause request takes effect after the validation, which takes
 * a fraction of an epoch.
 *
 * @param step reports progress and yields to the event loop
 */
async function validate(
  { problem, params, schedule, plan, state, views, passes }: Training,
  step: () => Promise<unknown>,
): Promise<{ loss: number; accuracy: number }> {
  const { validationRows, objective } = problem
  const rows = validationRows.count
  let loss = 0
  let hits = 0
  let batches = 0
  for (let first = 0; first < rows; first += plan.capacity) {
    if (++batches % schedule.stepsPerTurn === 0) await step()
    const count = Math.min(plan.capacity, rows - first)
    validationRows.copy(first, count, views.batch)
    passes.forward(count)
    const found = objective.ofValidation(views.scores, first, count)
    loss += found.loss
    hits += found.hits
  }
  const count = Math.max(1, rows)
  const penalty = params.l2 > 0 ? penaltyOf(state, params.l2) : 0
  return { loss: loss / count + penalty, accuracy: hits / count }
}

function floats({ buffer }: WebAssembly.Memory, address: number, count: number): Float32Array {
  return new Float32Array(buffer, address, count)
}
