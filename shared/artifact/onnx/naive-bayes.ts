import type { NaiveBayesModel } from '../../algorithms/naive-bayes/model.ts'
import { logOffsets } from '../../algorithms/naive-bayes/predict.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { scaledColumns, sequenceOfColumns } from './raw-columns.ts'
import { elementType } from './tensor.ts'

/** The logarithms of the classes' likelihoods, added up feature after feature in double precision, and their softmax. */
export function naiveBayesOutput(
  graph: Graph,
  preparation: Preparation,
  model: NaiveBayesModel,
): ModelOutput {
  const { classCount, featureCount } = model
  const sequence = (name: string, rows: Float64Array) => {
    const byFeature = Float64Array.from(
      rows,
      (_, at) => rows[(at % classCount) * featureCount + Math.floor(at / classCount)],
    )
    return graph.constant(name, byFeature, [featureCount, 1, classCount])
  }
  const columns = sequenceOfColumns(graph, scaledColumns(graph, preparation))
  const zeros = graph.constant('zeros', new Float64Array(classCount), [1, classCount])
  const first = graph.node('Gather', [columns, graph.constant('first', BigInt64Array.of(0n), [])])
  const start = graph.node('Mul', [first, zeros])
  const sequences = [
    { name: columns, shape: ['N', 1] },
    { name: sequence('means', model.means), shape: [1, classCount] },
    { name: sequence('variances', model.variances), shape: [1, classCount] },
  ]
  const squares = graph.scan(start, ['N', classCount], sequences, (sum, [x, mean, variance]) => {
    const difference = graph.node('Sub', [x, mean])
    return graph.node('Add', [
      sum,
      graph.node('Div', [graph.node('Mul', [difference, difference]), variance]),
    ])
  })
  const half = graph.constant('half', Float64Array.of(0.5), [1])
  const offsets = graph.constant('offsets', logOffsets(model), [1, classCount])
  const likelihoods = graph.node('Sub', [offsets, graph.node('Mul', [squares, half])])
  const probabilities = graph.node('Softmax', [likelihoods], { axis: 1 })
  return {
    index: graph.node('ArgMax', [likelihoods], { axis: 1, keepdims: 0 }),
    probabilities: graph.node('Cast', [probabilities], { to: elementType('float') }),
  }
}
