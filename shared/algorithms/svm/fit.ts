import { type RandomState, randomState } from '../../data/random.ts'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classCounts, classWeights } from '../class-weights.ts'
import { pairwiseDecisions } from './decide.ts'
import type { SvmParams } from './hyperparameters.ts'
import type { SvmModel } from './model.ts'
import { checkFinite, convergenceWarnings } from './outcome.ts'
import { fitSigmoid } from './platt.ts'
import type { Machine, Problem, Settings } from './problem.ts'
import { settingsOf } from './settings.ts'
import { solveAll } from './solve.ts'

/** Of the cross-validation for probabilities, as in libsvm. */
const FOLDS = 5

/**
 * Fits a support vector classifier as libsvm does: one machine per pair of classes. The machines are independent of
 * each other, so each is one thread's work and the model is the same on any number of threads.
 *
 * With `probability`, every pair is trained five times more on four fifths of its rows, in the folds that libsvm would
 * draw from `random_state`, and Platt's sigmoid is fitted to the decision values of the rows left out.
 */
export async function fit(
  data: TrainingData,
  params: SvmParams,
  context: FitContext,
): Promise<Fit<SvmModel>> {
  checkTraining(data, { acceptsMissing: false })
  const { target, classCount } = data
  const settings = settingsOf(data.features, params)
  const weights = classWeights(params.class_weight, data)
  const bounds = Float64Array.from({ length: classCount }, (_, k) => (weights?.[k] ?? 1) * params.C)
  const { sampleWeights } = data
  const rowsOf = Array.from({ length: classCount }, (_, k) => rowsOfClass(target, k, sampleWeights))
  checkWeights(rowsOf)
  const pairs: Pair[] = []
  for (let i = 0; i < classCount; i++) {
    for (let j = i + 1; j < classCount; j++) pairs.push({ i, j })
  }
  const problems = pairs.map(({ i, j }): Problem => {
    const rows = joined(rowsOf[i], rowsOf[j])
    return {
      rows,
      positives: rowsOf[i].length,
      bounds: [bounds[i], bounds[j]],
      ...(sampleWeights && { weights: Float64Array.from(rows, (row) => sampleWeights[row]) }),
    }
  })
  const heldOut = params.probability
    ? problems.map((problem) => foldsOf(problem, seedOf(params.random_state)))
    : []
  const all = [...problems, ...heldOut.flat().flatMap((fold) => fold.problem ?? [])]

  const solved = await solveAll(data.features, all, settings, context)
  if (solved.status === 'paused') return solved
  const machines = solved.machines.slice(0, problems.length)
  checkFinite(machines)
  const model = modelOf(data, settings, problems, pairs, machines)
  if (params.break_ties) model.breakTies = true
  if (params.probability) {
    const foldMachines = solved.machines.slice(problems.length)
    model.platt = plattOf(data, settings, problems, heldOut, foldMachines)
  }
  return { status: 'done', model, warnings: convergenceWarnings(solved.machines, params) }
}

type Pair = { readonly i: number; readonly j: number }

/** Its rows but those that weigh 0, which libsvm leaves out. */
function rowsOfClass(target: Int32Array, k: number, weights: Float64Array | undefined): Int32Array {
  const rows: number[] = []
  for (let i = 0; i < target.length; i++) if (target[i] === k && weights?.[i] !== 0) rows.push(i)
  return Int32Array.from(rows)
}

function checkWeights(rowsOf: readonly Int32Array[]): void {
  if (rowsOf.every((rows) => rows.length > 0)) return
  throw new JobError(
    'bad_sample_weight',
    'All rows of a class have the weight 0 in sample_weight_column: give some of them more, or leave the class out.',
  )
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** The seed that scikit-learn draws for libsvm from its random_state. */
function seedOf(seed: number | null): number {
  return randomState(seed ?? 0).randint(2147483647)
}

type Fold = {
  /** The positions in the pair's problem that this fold leaves out. */
  readonly leftOut: Int32Array
  /** The others, or, where they are all of one class, the decision value that stands for them. */
  readonly problem?: Problem
  readonly decision: number
}

/** The five folds that libsvm draws for a pair. In a fold's problem the pair's second class is the positive one. */
function foldsOf(pair: Problem, seed: number): Fold[] {
  const count = pair.rows.length
  const random = randomState(seed)
  const order = Int32Array.from({ length: count }, (_, t) => t)
  for (let t = 0; t < count; t++) {
    const u = t + boundedInteger(random, count - t)
    const kept = order[t]
    order[t] = order[u]
    order[u] = kept
  }
  return Array.from({ length: FOLDS }, (_, fold) => {
    const [begin, end] = [Math.floor((fold * count) / FOLDS), Math.floor(((fold + 1) * count) / FOLDS)]
    const leftOut = order.slice(begin, end)
    const kept = joined(order.subarray(0, begin), order.subarray(end))
    const first = kept.filter((position) => position < pair.positives)
    const second = kept.filter((position) => position >= pair.positives)
    if (first.length === 0 || second.length === 0) {
      return { leftOut, decision: first.length > 0 ? 1 : second.length > 0 ? -1 : 0 }
    }
    const positions = joined(second, first)
    const { weights } = pair
    const problem: Problem = {
      rows: positions.map((position) => pair.rows[position]),
      positives: second.length,
      bounds: [pair.bounds[1], pair.bounds[0]],
      ...(weights && { weights: Float64Array.from(positions, (position) => weights[position]) }),
    }
    return { leftOut, problem, decision: 0 }
  })
}

/** An integer in [0, range) by Lemire's multiplication, as scikit-learn's libsvm draws it. */
function boundedInteger(random: RandomState, range: number): number {
  const wide = BigInt(range)
  let product = BigInt(random.uint32()) * wide
  const threshold = (4294967296n - wide) % wide
  while ((product & 0xffffffffn) < threshold) product = BigInt(random.uint32()) * wide
  return Number(product >> 32n)
}

/** The model: the rows that are a support vector of any pair, by class, with their coefficients in each pair. */
function modelOf(
  { features, target, classCount }: TrainingData,
  { kernel: kernelName, gamma, degree, coef0 }: Settings,
  problems: readonly Problem[],
  pairs: readonly Pair[],
  machines: readonly Machine[],
): SvmModel {
  const isSupport = new Uint8Array(features.rows)
  problems.forEach(({ rows }, p) => {
    rows.forEach((row, t) => {
      if (machines[p].coefficients[t] !== 0) isSupport[row] = 1
    })
  })
  const support: number[] = []
  for (let k = 0; k < classCount; k++) {
    for (let i = 0; i < target.length; i++) if (target[i] === k && isSupport[i]) support.push(i)
  }
  const indexOfRow = new Int32Array(features.rows).fill(-1)
  support.forEach((row, s) => {
    indexOfRow[row] = s
  })
  const featureCount = features.columns
  const supportVectors = new Float64Array(support.length * featureCount)
  support.forEach((row, s) => {
    for (let f = 0; f < featureCount; f++) {
      supportVectors[s * featureCount + f] = features.values[f * features.rows + row]
    }
  })
  const dualCoefficients = new Float64Array((classCount - 1) * support.length)
  pairs.forEach(({ i, j }, p) => {
    problems[p].rows.forEach((row, t) => {
      if (!isSupport[row]) return
      const line = t < problems[p].positives ? j - 1 : i
      dualCoefficients[line * support.length + indexOfRow[row]] = machines[p].coefficients[t]
    })
  })
  const supportTarget = Int32Array.from(support, (row) => target[row])
  return {
    classCount,
    featureCount,
    kernel: kernelName,
    gamma,
    degree,
    coef0,
    supportVectors,
    dualCoefficients,
    supportPerClass: classCounts(supportTarget, classCount),
    intercepts: Float64Array.from(machines, ({ rho }) => -rho),
  }
}

/** Platt's sigmoid of each pair, from the decision values that its folds give the rows they left out. */
function plattOf(
  data: TrainingData,
  settings: Settings,
  problems: readonly Problem[],
  heldOut: readonly (readonly Fold[])[],
  machines: readonly Machine[],
): { a: Float64Array; b: Float64Array } {
  const [a, b] = [new Float64Array(problems.length), new Float64Array(problems.length)]
  let next = 0
  heldOut.forEach((pairFolds, p) => {
    const { rows, positives } = problems[p]
    const decisions = new Float64Array(rows.length)
    for (const { leftOut, problem, decision } of pairFolds) {
      const found =
        problem &&
        foldDecisions(
          data,
          settings,
          problem,
          machines[next++],
          leftOut.map((position) => rows[position]),
        )
      leftOut.forEach((position, t) => {
        decisions[position] = found ? -found[t] : decision
      })
    }
    const positive = Uint8Array.from(rows, (_, t) => (t < positives ? 1 : 0))
    const fitted = fitSigmoid(decisions, positive)
    a[p] = fitted.a
    b[p] = fitted.b
  })
  return { a, b }
}

function foldDecisions(
  data: TrainingData,
  settings: Settings,
  problem: Problem,
  machine: Machine,
  rows: Int32Array,
): Float64Array {
  const target = new Int32Array(data.features.rows).fill(-1)
  problem.rows.forEach((row, t) => {
    target[row] = t < problem.positives ? 0 : 1
  })
  const model = modelOf({ ...data, target, classCount: 2 }, settings, [problem], [{ i: 0, j: 1 }], [machine])
  return pairwiseDecisions(model, data.features, rows)
}
