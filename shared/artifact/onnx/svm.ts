import type { SvmModel } from '../../algorithms/svm/model.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { scaledColumns } from './raw-columns.ts'
import { elementType } from './tensor.ts'

/**
 * One-vs-one decisions and votes in double precision, by plain operators: ai.onnx.ml's SVMClassifier works in single
 * precision and breaks ties otherwise. It serves where it is needed, for the coupled probabilities of libsvm.
 */
export function svmOutput(graph: Graph, preparation: Preparation, model: SvmModel): ModelOutput {
  const scaled = scaledColumns(graph, preparation)
  const { votes, decision } = svmDecisions(graph, model, scaled)
  const toFloat = (value: string) => graph.node('Cast', [value], { to: elementType('float') })
  const { classCount, platt } = model
  const deciding = model.breakTies === true && classCount > 2 ? decision : votes
  const index = graph.node('ArgMax', [deciding], { axis: 1, keepdims: 0 })
  if (platt === undefined) return { index, decision: toFloat(decision) }
  const [, probabilities] = graph.mlNode(
    'SVMClassifier',
    [toFloat(scaled)],
    {
      classlabels_ints: Array.from({ length: classCount }, (_, k) => k),
      kernel_type: model.kernel.toUpperCase(),
      kernel_params: Float32Array.of(model.gamma, model.coef0, model.degree),
      support_vectors: Float32Array.from(model.supportVectors),
      vectors_per_class: Array.from(model.supportPerClass),
      coefficients: Float32Array.from(model.dualCoefficients),
      rho: Float32Array.from(model.intercepts),
      prob_a: Float32Array.from(platt.a),
      prob_b: Float32Array.from(platt.b),
      post_transform: 'NONE',
    },
    2,
  )
  return { index, probabilities }
}

/**
 * The classes' votes, `[N,K]`, and scikit-learn's decision function, `[N,K]` (`[N,1]` for two classes), in double precision.
 *
 * @param scaled the prepared features
 */
export function svmDecisions(
  graph: Graph,
  model: SvmModel,
  scaled: string,
): { votes: string; decision: string } {
  const { classCount } = model
  const pairwise = pairwiseDecisions(graph, model, scaled)
  const zero = graph.constant('zero', Float64Array.of(0), [1])
  const greater = asDouble(graph, graph.node('Greater', [pairwise, zero]))
  const less = asDouble(graph, graph.node('Less', [pairwise, zero]))
  const equal = asDouble(graph, graph.node('Equal', [pairwise, zero]))
  const { firsts, seconds } = pairMembers(graph, classCount)
  const first = (value: string) => graph.node('MatMul', [value, firsts])
  const second = (value: string) => graph.node('MatMul', [value, seconds])

  // A pair's tie is a vote for its second class, and for its first in the decision function.
  const decided = graph.node('Add', [first(greater), second(less)])
  const votes = graph.node('Add', [decided, second(equal)])
  const confidences = graph.node('Sub', [first(pairwise), second(pairwise)])
  const one = graph.constant('one', Float64Array.of(1), [1])
  const three = graph.constant('three', Float64Array.of(3), [1])
  const bound = graph.node('Mul', [three, graph.node('Add', [graph.node('Abs', [confidences]), one])])
  const decision = graph.node('Add', [
    graph.node('Add', [decided, first(equal)]),
    graph.node('Div', [confidences, bound]),
  ])
  return { votes, decision: classCount === 2 ? graph.node('Neg', [pairwise]) : decision }
}

/**
 * The predicted numbers, double `[N, 1]`, by plain operators: ai.onnx.ml's SVMRegressor works in single precision. A model
 * without support vectors, as of a target that lies within epsilon, predicts its intercept.
 */
export function svmPrediction(graph: Graph, preparation: Preparation<Task>, model: SvmModel): string {
  const { featureCount, dualCoefficients, intercepts } = model
  const scaled = scaledColumns(graph, preparation)
  const vectors = dualCoefficients.length
  const [values, weights] =
    vectors === 0
      ? [scaled, new Float64Array(featureCount)]
      : [kernelValues(graph, model, scaled, vectors), dualCoefficients]
  return graph.node('Gemm', [
    values,
    graph.constant('dual_coefficients', weights, [weights.length, 1]),
    graph.constant('intercept', intercepts, [1]),
  ])
}

/** libsvm's decision values, `[N, pairs]`. */
function pairwiseDecisions(graph: Graph, model: SvmModel, scaled: string): string {
  const { classCount, supportPerClass, dualCoefficients, intercepts } = model
  const vectors = model.supportVectors.length / model.featureCount
  const pairs = intercepts.length
  const weights = new Float64Array(vectors * pairs)
  const starts = [0]
  for (const size of supportPerClass) starts.push(starts[starts.length - 1] + size)
  for (let i = 0, pair = 0; i < classCount; i++) {
    for (let j = i + 1; j < classCount; j++, pair++) {
      for (let s = starts[i]; s < starts[i + 1]; s++) {
        weights[s * pairs + pair] = dualCoefficients[(j - 1) * vectors + s]
      }
      for (let s = starts[j]; s < starts[j + 1]; s++) {
        weights[s * pairs + pair] = dualCoefficients[i * vectors + s]
      }
    }
  }
  return graph.node('Gemm', [
    kernelValues(graph, model, scaled, vectors),
    graph.constant('dual_coefficients', weights, [vectors, pairs]),
    graph.constant('intercepts', intercepts, [pairs]),
  ])
}

/** The kernel of each row with each support vector, `[N, vectors]`. */
function kernelValues(graph: Graph, model: SvmModel, scaled: string, vectors: number): string {
  const { featureCount, supportVectors, kernel, gamma, coef0, degree } = model
  const support = graph.constant('support_vectors', supportVectors, [vectors, featureCount])
  const scalar = (name: string, value: number) => graph.constant(name, Float64Array.of(value), [1])
  if (kernel === 'rbf') {
    const axis = graph.constant('axis', BigInt64Array.of(1n), [1])
    const squares = Float64Array.from({ length: vectors }, (_, s) =>
      supportVectors
        .subarray(s * featureCount, (s + 1) * featureCount)
        .reduce((sum, value) => sum + value * value, 0),
    )
    const own = graph.node('ReduceSum', [graph.node('Mul', [scaled, scaled]), axis])
    const dot = graph.node('Gemm', [scaled, support], { transB: 1 })
    const both = graph.node('Add', [own, graph.constant('squares', squares, [1, vectors])])
    const distance = graph.node('Sub', [both, graph.node('Mul', [dot, scalar('two', 2)])])
    return graph.node('Exp', [graph.node('Mul', [distance, scalar('minus_gamma', -gamma)])])
  }
  const dot = graph.node('Gemm', [scaled, support], { transB: 1 })
  if (kernel === 'linear') return dot
  const inner = graph.node('Add', [graph.node('Mul', [dot, scalar('gamma', gamma)]), scalar('coef0', coef0)])
  return kernel === 'poly'
    ? graph.node('Pow', [inner, scalar('degree', degree)])
    : graph.node('Tanh', [inner])
}

/** Per pair of classes (rows) its first, and its second class (columns), as 1 among 0. */
function pairMembers(graph: Graph, classCount: number): { firsts: string; seconds: string } {
  const pairs = (classCount * (classCount - 1)) / 2
  const firsts = new Float64Array(pairs * classCount)
  const seconds = new Float64Array(pairs * classCount)
  for (let i = 0, pair = 0; i < classCount; i++) {
    for (let j = i + 1; j < classCount; j++, pair++) {
      firsts[pair * classCount + i] = 1
      seconds[pair * classCount + j] = 1
    }
  }
  return {
    firsts: graph.constant('pair_firsts', firsts, [pairs, classCount]),
    seconds: graph.constant('pair_seconds', seconds, [pairs, classCount]),
  }
}

function asDouble(graph: Graph, value: string): string {
  return graph.node('Cast', [value], { to: elementType('double') })
}
