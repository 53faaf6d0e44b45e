import { z } from 'zod'
import type { Prediction } from '../algorithms/algorithm.ts'
import { float64 } from '../algorithms/arrays.ts'
import { gradientBoostingModel } from '../algorithms/gradient-boosting/model.ts'
import { neighborsModel } from '../algorithms/k-neighbors/model.ts'
import { linearRegressionModel } from '../algorithms/linear-regression/model.ts'
import { logisticRegressionModel } from '../algorithms/logistic-regression/model.ts'
import { naiveBayesModel } from '../algorithms/naive-bayes/model.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import { networkModel } from '../algorithms/network/model.ts'
import { type SvmClassifierModel, svmClassifierModel } from '../algorithms/svm/model.ts'
import { column, type Matrix, zeros } from '../data/matrix.ts'
import { randomState } from '../data/random.ts'
import type { TargetValues } from '../data/split-target.ts'
import type { Task } from '../data/task.ts'
import { shorten } from '../errors/sentences.ts'
import { r2Score } from '../evaluation/regression-metrics.ts'
import { type Importances, NAME_LENGTH } from './report-data.ts'

const MAX_FEATURES = 20

export type Explained<T extends Task = 'classification'> = {
  readonly algorithm: AlgorithmName
  readonly model: unknown
  readonly featureNames: readonly string[]
  /** The test rows, prepared, with their classes or numbers. */
  readonly test: { readonly features: Matrix; readonly target: TargetValues[T] }
  predict(features: Matrix): Prediction<T>
}
export type AnyExplained = Explained | Explained<'regression'>

/**
 * Feature importances. Trees: the mean decrease in impurity. Linear models: the coefficients, per standard deviation
 * of a feature. svm and networks: what the mean probability of the right class (the accuracy, where there are no
 * probabilities; of a regression, the r2) loses when a feature's values are permuted among the test rows (Breiman,
 * "Random Forests", Machine Learning 45, 2001, section 10).
 */
export function importancesOf(explained: AnyExplained): Importances {
  const { algorithm, model, featureNames } = explained
  switch (algorithm) {
    case 'random_forest':
    case 'extra_trees':
    case 'decision_tree': {
      const { featureImportances } = z.object({ featureImportances: float64() }).parse(model)
      return largest('gain', featureImportances, featureNames)
    }
    case 'logistic_regression': {
      const { coefficients } = logisticRegressionModel.parse(model)
      return largest('coefficients', meanCoefficients(coefficients, featureNames.length), featureNames)
    }
    case 'linear_regression':
      return largest('coefficients', linearRegressionModel.parse(model).coefficients, featureNames)
    case 'gradient_boosting': {
      const { roots } = gradientBoostingModel.parse(model)
      return permutationImportances(explained, roots.length)
    }
    case 'svm': {
      const parsed = svmClassifierModel.parse(model)
      const { featureCount, classCount } = parsed
      return permutationImportances(explained, vectorCount(parsed) * (featureCount + Math.max(1, classCount)))
    }
    case 'k_neighbors': {
      const { rows, search } = neighborsModel.parse(model)
      return permutationImportances(
        explained,
        (search === 'brute' ? rows.length : Math.min(rows.length, TREE_VALUES)) / NETWORK_SPEED,
      )
    }
    case 'naive_bayes':
      return permutationImportances(explained, naiveBayesModel.parse(model).means.length)
    default:
      return permutationImportances(explained, multiplications(networkModel.parse(model)) / NETWORK_SPEED)
  }
}

function vectorCount(model: SvmClassifierModel): number {
  const machines = 'members' in model ? model.members.map(({ machine }) => machine) : [model]
  return machines.reduce(
    (sum, { supportVectors, featureCount }) => sum + supportVectors.length / featureCount,
    0,
  )
}

/** The coefficients of a model with one row of them; with one row per class, the mean of their sizes. */
function meanCoefficients(coefficients: Float64Array, features: number): Float64Array {
  const rows = coefficients.length / features
  if (rows === 1) return coefficients
  const means = new Float64Array(features)
  for (let i = 0; i < coefficients.length; i++) means[i % features] += Math.abs(coefficients[i]) / rows
  return means
}

function multiplications({ layers, inputShape }: z.infer<typeof networkModel>): number {
  let positions = inputShape.length === 3 ? inputShape[0] * inputShape[1] : 1
  let count = 0
  for (const layer of layers) {
    if (layer.type === 'conv2d') {
      positions = (Math.sqrt(positions) - layer.height + 1) ** 2
      count += positions * layer.kernel.length
    } else if (layer.type === 'dense') count += layer.kernel.length
  }
  return count
}

/** What permutation may cost, in multiplications of an svm: less than 0.1 s. */
const BUDGET = 1e8
/** A network's multiplications are of four floats at a time, and need no kernel function. Nor do distances. */
const NETWORK_SPEED = 4
/** Values that a search by a tree compares, roughly. */
const TREE_VALUES = 5000
const MAX_ROWS = 500
const MIN_ROWS = 25
/** Values that are predicted at a time. */
const CHUNK = 1e6

function permutationImportances(explained: AnyExplained, costPerRow: number): Importances {
  const { featureNames, test, predict } = explained
  const columns = featureNames.length
  const affordable = Math.floor(BUDGET / (columns * costPerRow))
  const rows = Math.min(test.features.rows, MAX_ROWS, affordable)
  if (affordable < MIN_ROWS) return { method: 'permutation', features: [], featureCount: columns }
  const random = randomState(42)
  const whole = scoreOf(predict(repeated(test.features, rows, 1)), test.target, 0, rows)
  const lost = new Float64Array(columns)
  const atOnce = Math.max(1, Math.min(columns, Math.floor(CHUNK / (rows * columns))))
  for (let from = 0; from < columns; from += atOnce) {
    const copies = Math.min(atOnce, columns - from)
    const matrix = repeated(test.features, rows, copies)
    for (let c = 0; c < copies; c++) {
      const values = column(matrix, from + c).subarray(c * rows, (c + 1) * rows)
      values.set(Float64Array.from(random.permutation(rows), (i) => values[i]))
    }
    const prediction = predict(matrix)
    for (let c = 0; c < copies; c++)
      lost[from + c] = whole.value - scoreOf(prediction, test.target, c * rows, rows).value
  }
  return { ...largest('permutation', lost, featureNames), rows, score: whole.score }
}

/**
 * How well `rows` rows from `from` on are predicted: the r2 of numbers; of classes the mean probability of the actual
 * one, or the share of the rows that hit it.
 */
function scoreOf(
  prediction: Prediction<Task>,
  actual: ArrayLike<number>,
  from: number,
  rows: number,
): { value: number; score: NonNullable<Importances['score']> } {
  if ('values' in prediction) {
    const values = prediction.values.subarray(from, from + rows)
    return { value: r2Score({ actual: Float64Array.from(values, (_, i) => actual[i]), values }), score: 'r2' }
  }
  const { classes, probabilities } = prediction
  let sum = 0
  const classCount = (probabilities?.length ?? 0) / classes.length
  for (let i = 0; i < rows; i++) {
    if (probabilities === undefined) sum += classes[from + i] === actual[i] ? 1 : 0
    else if (actual[i] >= 0) sum += probabilities[(from + i) * classCount + actual[i]]
  }
  return { value: sum / rows, score: probabilities === undefined ? 'accuracy' : 'probability' }
}

/** The first rows of a matrix, one copy under the other. */
function repeated(matrix: Matrix, rows: number, copies: number): Matrix {
  const out = zeros(rows * copies, matrix.columns)
  for (let j = 0; j < matrix.columns; j++) {
    const source = column(matrix, j).subarray(0, rows)
    const target = column(out, j)
    for (let c = 0; c < copies; c++) target.set(source, c * rows)
  }
  return out
}

function largest(
  method: Importances['method'],
  values: Float64Array,
  featureNames: readonly string[],
): Importances {
  // Of numbers whose squares no double holds the r2 is unknown.
  const known = values.map((value) => (Number.isFinite(value) ? value : 0))
  const order = Array.from(known.keys()).sort((a, b) => Math.abs(known[b]) - Math.abs(known[a]) || a - b)
  const features = order
    .slice(0, MAX_FEATURES)
    .map((j) => ({ name: shorten(featureNames[j], NAME_LENGTH), value: Number(known[j].toPrecision(6)) }))
  return { method, features, featureCount: values.length }
}
