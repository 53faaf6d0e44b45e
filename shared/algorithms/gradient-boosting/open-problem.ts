import { column, type Matrix, zeros } from '../../data/matrix.ts'
import { columnOf, type Features } from '../../disk/disk-matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import { quote } from '../../errors/sentences.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { HISTOGRAM_BYTES, kernel, MAX_THRESHOLDS } from '../../wasm/kernels/boosting.ts'
import type { ColumnRules } from './constraints.ts'
import { type BoostingProblem, type BoostingSettings, blockStarts, layOut, problemMemory } from './problem.ts'
import { type BoostedRows, type Categories, codesOf } from './taken-rows.ts'

/** The distinct values of each categorical column, in increasing order. */
export function findCategories(
  features: Features,
  featureNames: readonly string[],
  columns: readonly number[],
  most: number,
): Categories[] {
  return columns.map((feature) => {
    const values = Float64Array.from(
      new Set(columnOf(features, feature).filter((value) => !Number.isNaN(value))),
    ).sort()
    if (values.length <= most) return { feature, values }
    throw new JobError(
      'bad_features',
      `The categorical column ${quote(featureNames[feature] ?? feature)} has ${values.length} values, and a categorical feature can have ${most} (hyperparameters.max_bins): leave it out of categorical_features.`,
    )
  })
}

/**
 * Copies rows of a matrix into shared memory, and replaces the values of categorical columns by the numbers of their
 * categories.
 */
export function takeRows(features: Matrix, categories: readonly Categories[], rows?: Int32Array): Matrix {
  const taken = zeros(rows?.length ?? features.rows, features.columns)
  for (let j = 0; j < features.columns; j++) {
    const from = column(features, j)
    const to = column(taken, j)
    if (rows === undefined) to.set(from)
    else for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]]
  }
  for (const known of categories) codesOf(column(taken, known.feature), known)
  return taken
}

/**
 * Opens the kernel's memory and writes the data of a fit into it.
 *
 * @param features with the numbers of the categories in the categorical columns
 */
export async function openProblem(about: {
  readonly features: BoostedRows
  readonly target: Float64Array
  readonly weights?: Float64Array
  readonly outputs: number
  readonly rules: ColumnRules
  readonly categories: readonly Categories[]
  readonly settings: BoostingSettings
  readonly maxLeafNodes: number
  readonly threads: number
}): Promise<BoostingProblem> {
  const { features, target, weights, outputs, rules, categories, settings, threads } = about
  const { rows, columns } = features
  const all = Array.from({ length: columns }, (_, j) => j)
  const order = Int32Array.from([...rules.categorical, ...all.filter((j) => !rules.categorical.includes(j))])
  const blocks = blockStarts(columns, threads)
  const canWait = Math.ceil(rows / (2 * settings.minSamplesLeaf)) + 1
  const { addresses, slotBytes, end } = layOut(rows, columns, outputs, {
    weighted: weights !== undefined,
    threads,
    blocks: blocks.length - 1,
    waitingNodes: Math.min(about.maxLeafNodes, canWait),
    maxLeaves: Math.min(about.maxLeafNodes, Math.ceil(rows / settings.minSamplesLeaf) + 1),
  })
  const memory = problemMemory(end)
  new Float64Array(memory.buffer, addresses.target, rows).set(target)
  if (weights !== undefined) new Float64Array(memory.buffer, addresses.weights, rows).set(weights)
  categories.forEach(({ values }, feature) => {
    const at = addresses.thresholds + feature * MAX_THRESHOLDS * 8
    new Float64Array(memory.buffer, at, MAX_THRESHOLDS)
      .fill(Number.POSITIVE_INFINITY)
      .set(Float64Array.from(values.keys()))
    new Int32Array(memory.buffer, addresses.thresholdCounts, columns)[feature] = values.length
  })
  return {
    module: await loadKernel(kernel),
    memory,
    features,
    order,
    isCategorical: Uint8Array.from(order, (_, feature) => (feature < rules.categorical.length ? 1 : 0)),
    monotonic: Int8Array.from(order, (j) => rules.monotonic[j]),
    weights,
    settings,
    outputs,
    constantHessian:
      weights === undefined && ['squared_error', 'absolute_error', 'quantile'].includes(settings.loss),
    blocks,
    addresses,
    slotBytes,
    histogramBytes: HISTOGRAM_BYTES,
  }
}
