import { z } from 'zod'
import { randomState } from '../../data/random.ts'
import type { Features } from '../../disk/disk-matrix.ts'
import { startThreads } from '../../threads/thread-pool.ts'
import { MAX_THRESHOLDS, MIN_HESSIAN } from '../../wasm/kernels/boosting.ts'
import type { Fit, FitContext } from '../algorithm.ts'
import { float64 } from '../arrays.ts'
import { resumedFrom } from '../resume.ts'
import { boostTask } from './boost-task.ts'
import type { ColumnRules } from './constraints.ts'
import { type EarlyStopping, openEarlyStopping, type ScoredRows } from './early-stopping.ts'
import { openFeatureSampling } from './feature-sampling.ts'
import { type GrownTree, openGrower } from './grow.ts'
import { type Binning, growingModel } from './growing-model.ts'
import { AUTO_EARLY_STOPPING_ROWS, type BoostingParams } from './hyperparameters.ts'
import { baselineOf, quantileOf } from './loss.ts'
import { type GradientBoostingModel, gradientBoostingModel, type Loss } from './model.ts'
import { findCategories, openProblem, takeRows } from './open-problem.ts'
import { openWalk } from './open-walk.ts'
import { openPhases, phase } from './phases.ts'
import { type BoostingProblem, controlOf } from './problem.ts'
import { type BoostedRows, type Categories, takeFromDisk } from './taken-rows.ts'
import { leadTeam, type Team } from './team.ts'
import type { TreeWalk } from './walk.ts'

/** The data and the loss of a fit, of classes or of numbers. */
export type BoostInput = {
  readonly features: Features
  readonly featureNames: readonly string[]
  readonly target: Float64Array
  /** Number of classes; 0 for a regression. */
  readonly classCount: number
  readonly weights?: Float64Array
  readonly loss: Loss
  /** The level of the quantile loss. */
  readonly level: number
  readonly rules: ColumnRules
  /** Splits the numbers of the rows: `fraction` of them are for early stopping. */
  split(fraction: number, seed: number): { readonly train: Int32Array; readonly validation: Int32Array }
}

const checkpointSchema = z.object({
  model: gradientBoostingModel,
  sampling: z.string(),
  losses: float64().nullable(),
})

/** A fit that reads fewer values in all its trees is slower with a second thread, because of its start. */
const MIN_VALUES_FOR_THREADS = 10_000_000

/** Boosts trees as scikit-learn's BaseHistGradientBoosting does. */
export async function boost(
  input: BoostInput,
  params: BoostingParams,
  context: FitContext,
): Promise<Fit<GradientBoostingModel>> {
  const { features, classCount, loss } = input
  const outputs = classCount > 2 ? classCount : 1
  const random = randomState(params.random_state ?? 42)
  const seed = random.randint(4294967295)
  const samplingSeed = random.randint(4294967295)
  const categories = findCategories(features, input.featureNames, input.rules.categorical, params.max_bins)
  const { training, scored } = partRows(input, params, categories, seed)
  const work = features.rows * features.columns * params.max_iter * outputs
  const threads = work >= MIN_VALUES_FOR_THREADS ? context.threads : 1
  const maxLeafNodes = params.max_leaf_nodes ?? Number.POSITIVE_INFINITY
  const problem = await openProblem({
    ...training,
    outputs,
    rules: input.rules,
    categories,
    settings: {
      loss,
      quantile: input.level,
      maxBins: params.max_bins,
      minSamplesLeaf: params.min_samples_leaf,
      l2Regularization: params.l2_regularization,
      seed: seed,
    },
    maxLeafNodes,
    threads,
  })
  const others = startThreads(threads - 1)
  let failure: unknown
  const ended = Array.from({ length: threads - 1 }, (_, i) =>
    others.run(i, boostTask, { problem, thread: i + 1 }).catch((error: unknown) => {
      failure = error
    }),
  )
  const team = leadTeam(controlOf(problem), openPhases(problem, 0), threads === 1)
  try {
    team.run(phase.bin, features.columns)
    return await boostTrees({
      input,
      params,
      context,
      problem,
      team,
      categories,
      scored,
      training,
      samplingSeed,
      maxLeafNodes,
      failed: () => failure,
    })
  } finally {
    team.close()
    await Promise.all(ended)
    await others.close()
  }
}

/** The rows to train on, and those whose loss decides when to stop (undefined without early stopping). */
function partRows(
  input: BoostInput,
  params: BoostingParams,
  categories: readonly Categories[],
  seed: number,
): { training: ScoredRows; scored: ScoredRows | undefined } {
  const { features, target, weights } = input
  const stops =
    params.early_stopping === 'auto' ? features.rows > AUTO_EARLY_STOPPING_ROWS : params.early_stopping
  const take = (rows: Int32Array): ScoredRows => ({
    features:
      'values' in features ? takeRows(features, categories, rows) : takeFromDisk(features, categories, rows),
    target: Float64Array.from(rows, (i) => target[i]),
    weights: weights && Float64Array.from(rows, (i) => weights[i]),
  })
  if (stops && params.validation_fraction !== null) {
    const { train, validation } = input.split(params.validation_fraction, seed)
    return { training: take(train), scored: take(validation) }
  }
  const training = { features: allRows(features, categories), target, weights }
  return { training, scored: stops ? training : undefined }
}

function allRows(features: Features, categories: readonly Categories[]): BoostedRows {
  if (!('values' in features)) return takeFromDisk(features, categories)
  const isShared = features.values.buffer instanceof SharedArrayBuffer
  return categories.length === 0 && isShared ? features : takeRows(features, categories)
}

type Boosting = {
  readonly input: BoostInput
  readonly params: BoostingParams
  readonly context: FitContext
  readonly problem: BoostingProblem
  readonly team: Team
  readonly categories: readonly Categories[]
  readonly training: ScoredRows
  readonly scored: ScoredRows | undefined
  readonly samplingSeed: number
  readonly maxLeafNodes: number
  /** The error of another thread, or undefined. */
  failed(): unknown
}

async function boostTrees(boosting: Boosting): Promise<Fit<GradientBoostingModel>> {
  const { input, params, context, problem, team, training } = boosting
  const { rows } = problem.features
  const { outputs, addresses, memory } = problem
  const resumed = resumedFrom(
    context,
    checkpointSchema,
    ({ model: begun, losses }) =>
      begun.loss === input.loss &&
      begun.classCount === input.classCount &&
      begun.featureCount === problem.features.columns &&
      begun.baseline.length === outputs &&
      begun.roots.length % outputs === 0 &&
      losses?.length === (boosting.scored && begun.roots.length / outputs + 1),
  )
  const baseline =
    resumed?.model.baseline ??
    baselineOf(input.loss, training.target, input.classCount, input.level, training.weights)
  const trees = growingModel(binningsOf(problem), resumed?.model)
  const raw = Array.from(
    { length: outputs },
    (_, k) => new Float64Array(memory.buffer, addresses.raw + k * rows * 8, rows),
  )
  startPredictions(raw, baseline, () => openWalk(training.features, problem), resumed?.model)
  const sampling = openFeatureSampling(
    problem.features.columns,
    params.max_features,
    resumed?.sampling ?? boosting.samplingSeed,
  )
  const stopping = openStopping(boosting, baseline, resumed)
  const grow = openGrower(problem, team, rulesOf(boosting), sampling)
  const stretch = Math.max(4096, Math.ceil(rows / 512))
  const iterations = () => trees.treeCount() / outputs
  const model = (): GradientBoostingModel => ({
    loss: input.loss,
    classCount: input.classCount,
    featureCount: problem.features.columns,
    baseline,
    ...trees.soFar(),
    categories: [...boosting.categories],
  })

  let isOver = false
  while (!isOver && iterations() < params.max_iter) {
    team.run(phase.gradients, Math.ceil(rows / stretch), stretch)
    for (let output = 0; output < outputs; output++) {
      const tree = grow(output)
      shrink(tree, boosting, raw[output])
      const number = trees.add(tree.root)
      applyTree(tree, output, boosting, stretch)
      stopping?.add(trees.tree(number), output)
      if (boosting.failed() !== undefined) throw boosting.failed()
    }
    isOver = stopping?.isOver() ?? false
    const fraction = iterations() / params.max_iter
    const progress = { fraction, isEven: stopping === undefined, detail: { iteration: iterations() } }
    if ((await context.step(progress)) === 'pause' && !isOver && iterations() < params.max_iter) {
      const losses = stopping?.losses() ?? null
      return { status: 'paused', checkpoint: { model: model(), sampling: sampling.snapshot(), losses } }
    }
  }
  return { status: 'done', model: model(), warnings: [] }
}

function binningsOf({ memory, addresses, order, features }: BoostingProblem): Binning[] {
  const counts = new Int32Array(memory.buffer, addresses.thresholdCounts, features.columns)
  return Array.from(order, (column, feature) => ({
    column,
    thresholds: new Float64Array(
      memory.buffer,
      addresses.thresholds + feature * MAX_THRESHOLDS * 8,
      counts[feature],
    ).slice(),
  }))
}

/** Sets `raw` to the baseline plus the trees of the checkpoint, where there is one. */
function startPredictions(
  raw: readonly Float64Array[],
  baseline: Float64Array,
  walk: () => TreeWalk,
  begun?: GradientBoostingModel,
): void {
  for (const [k, values] of raw.entries()) values.fill(baseline[k])
  if (begun === undefined) return
  const addTree = walk()
  for (let tree = 0; tree < begun.roots.length; tree++) addTree(begun, tree, raw[tree % raw.length])
}

function openStopping(
  { scored, input, params, problem }: Boosting,
  baseline: Float64Array,
  resumed: z.infer<typeof checkpointSchema> | undefined,
): EarlyStopping | undefined {
  if (scored === undefined) return undefined
  const raw = Array.from(baseline, () => new Float64Array(scored.features.rows))
  const walk = openWalk(scored.features, problem)
  startPredictions(raw, baseline, () => walk, resumed?.model)
  return openEarlyStopping(scored, walk, input.loss, input.level, raw, params, resumed?.losses ?? undefined)
}

function rulesOf({ params, problem, input, maxLeafNodes }: Boosting) {
  const numberOf = new Map(Array.from(problem.order, (column, feature) => [column, feature]))
  return {
    maxLeafNodes,
    maxDepth: params.max_depth ?? Number.POSITIVE_INFINITY,
    minSamplesLeaf: params.min_samples_leaf,
    minHessian: MIN_HESSIAN,
    l2Regularization: params.l2_regularization,
    groups: input.rules.groups?.map((group) => group.map((column) => numberOf.get(column) ?? column)),
  }
}

/**
 * Multiplies the leaves by the learning rate. Where the loss has no second derivative, each leaf first gets its best
 * value.
 */
function shrink(
  { leaves }: GrownTree,
  { params, input, problem, training }: Boosting,
  raw: Float64Array,
): void {
  const { weights } = training
  const isSmooth = input.loss !== 'absolute_error' && input.loss !== 'quantile'
  const { memory, addresses } = problem
  for (const leaf of leaves) {
    if (!isSmooth) leaf.value = bestValue(leaf)
    leaf.value *= params.learning_rate
  }
  function bestValue({ start, stop }: { readonly start: number; readonly stop: number }): number {
    const rows = new Uint32Array(memory.buffer, addresses.partition + 4 * start, stop - start)
    const target = new Float64Array(memory.buffer, addresses.target, raw.length)
    const residuals = Float64Array.from(rows, (i) => target[i] - raw[i])
    const ofRows = weights && Float64Array.from(rows, (i) => weights[i])
    return quantileOf(residuals, input.loss === 'quantile' ? input.level : 0.5, ofRows)
  }
}

/** Adds a tree's values to the raw predictions of the training rows. */
function applyTree(
  { leaves }: GrownTree,
  output: number,
  { problem, team }: Boosting,
  stretch: number,
): void {
  const { memory, addresses, features } = problem
  const ordered = [...leaves].sort((a, b) => a.stop - b.stop)
  new Int32Array(memory.buffer, addresses.leafEnds, leaves.length).set(ordered.map(({ stop }) => stop))
  new Float64Array(memory.buffer, addresses.leafValues, leaves.length).set(ordered.map(({ value }) => value))
  team.run(phase.leaves, Math.ceil(features.rows / stretch), stretch, output)
}
