import type {
  KNeighborsModel,
  KNeighborsRegressorModel,
  NeighborsModel,
} from '../../algorithms/k-neighbors/model.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { scaledColumns, sequenceOfColumns } from './raw-columns.ts'
import { elementType } from './tensor.ts'

/** The votes of the nearest training rows, in double precision. */
export function kNeighborsOutput(
  graph: Graph,
  preparation: Preparation,
  model: KNeighborsModel,
): ModelOutput {
  const { classCount, target } = model
  const { rows, weights } = neighborsOf(graph, preparation, model)
  const indicators = new Float64Array(target.length * classCount)
  target.forEach((k, i) => {
    indicators[i * classCount + k] = 1
  })
  const table = graph.constant('classes_of_rows', indicators, [target.length, classCount])
  const classes = graph.node('Gather', [table, rows])
  const last = graph.constant('last_axis', BigInt64Array.of(2n), [1])
  const votes = graph.node('Mul', [classes, graph.node('Unsqueeze', [weights, last])])
  const ofNeighbors = graph.constant('axis_of_neighbors', BigInt64Array.of(1n), [1])
  const sums = graph.node('ReduceSum', [votes, ofNeighbors], { keepdims: 0 })
  const whole = graph.node('ReduceSum', [sums, ofNeighbors], { keepdims: 1 })
  const probabilities = graph.node('Div', [sums, whole])
  return {
    index: graph.node('ArgMax', [sums], { axis: 1, keepdims: 0 }),
    probabilities: graph.node('Cast', [probabilities], { to: elementType('float') }),
  }
}

/** The weighted mean of their numbers, double `[N, 1]`. */
export function kNeighborsPrediction(
  graph: Graph,
  preparation: Preparation<Task>,
  model: KNeighborsRegressorModel,
): string {
  const { rows, weights } = neighborsOf(graph, preparation, model)
  const numbers = graph.node('Gather', [
    graph.constant('numbers_of_rows', model.target, [model.target.length]),
    rows,
  ])
  const axis = graph.constant('axis_of_neighbors', BigInt64Array.of(1n), [1])
  const sum = (value: string) => graph.node('ReduceSum', [value, axis], { keepdims: 1 })
  return graph.node('Div', [sum(graph.node('Mul', [numbers, weights])), sum(weights)])
}

/**
 * The training rows that are nearest, int64 `[N, k]`, and their weights, double `[N, k]`. Of rows that are equally far
 * TopK takes the first ones.
 */
function neighborsOf(graph: Graph, preparation: Preparation<Task>, model: NeighborsModel) {
  const scalar = (name: string, value: number) => graph.constant(name, Float64Array.of(value), [1])
  const count = graph.constant('neighbors', BigInt64Array.of(BigInt(model.neighbors)), [1])
  const [nearest, rows] = graph.topK([reducedDistances(graph, preparation, model), count], {
    axis: 1,
    largest: 0,
    sorted: 1,
  })
  const zero = scalar('zero', 0)
  const one = scalar('one', 1)
  if (model.weights === 'uniform') {
    return { rows, weights: graph.node('Add', [graph.node('Mul', [nearest, zero]), one]) }
  }
  const distances = wholeDistances(graph, nearest, model)
  const equal = graph.node('Equal', [distances, zero])
  const first = graph.node('Slice', [
    equal,
    graph.constant('from', BigInt64Array.of(0n), [1]),
    graph.constant('to', BigInt64Array.of(1n), [1]),
    graph.constant('axis', BigInt64Array.of(1n), [1]),
  ])
  const asNumbers = graph.node('Cast', [equal], { to: elementType('double') })
  return {
    rows,
    weights: graph.node('Where', [first, asNumbers, graph.node('Div', [one, distances])]),
  }
}

/**
 * The distances to all training rows, `[N, rows]`, in the reduced form, added up feature after feature, so that each is the sum
 * that our predictor has.
 */
function reducedDistances(graph: Graph, preparation: Preparation<Task>, model: NeighborsModel): string {
  const { rows, featureCount, metric, p } = model
  const count = rows.length / featureCount
  const power = metric === 'minkowski' ? graph.constant('p', Float64Array.of(p), [1]) : ''
  const termOf = (own: string, theirs: string): string => {
    const difference = graph.node('Sub', [own, theirs])
    if (metric === 'euclidean') return graph.node('Mul', [difference, difference])
    const size = graph.node('Abs', [difference])
    return metric === 'minkowski' ? graph.node('Pow', [size, power]) : size
  }
  const together = metric === 'chebyshev' ? 'Max' : 'Add'
  const columns = sequenceOfColumns(graph, scaledColumns(graph, preparation))
  const theirs = graph.constant('rows', transposed(rows, featureCount), [featureCount, 1, count])
  const first = graph.constant('first', BigInt64Array.of(0n), [])
  const start = termOf(graph.node('Gather', [columns, first]), graph.node('Gather', [theirs, first]))
  if (featureCount === 1) return start
  const rest = (value: string) =>
    graph.node('Slice', [
      value,
      graph.constant('from', BigInt64Array.of(1n), [1]),
      graph.constant('to', BigInt64Array.of(BigInt(featureCount)), [1]),
      graph.constant('axis', BigInt64Array.of(0n), [1]),
    ])
  const sequences = [
    { name: rest(columns), shape: ['N', 1] },
    { name: rest(theirs), shape: [1, count] },
  ]
  return graph.scan(start, ['N', count], sequences, (sum, [a, b]) =>
    graph.node(together, [sum, termOf(a, b)]),
  )
}

/** Row-major values column after column. */
function transposed(rows: Float64Array, columns: number): Float64Array {
  const count = rows.length / columns
  return Float64Array.from(rows, (_, at) => rows[(at % count) * columns + Math.floor(at / count)])
}

function wholeDistances(graph: Graph, reduced: string, { metric, p }: NeighborsModel): string {
  if (metric === 'euclidean') return graph.node('Sqrt', [reduced])
  if (metric !== 'minkowski') return reduced
  return graph.node('Pow', [reduced, graph.constant('root', Float64Array.of(1 / p), [1])])
}
