import type { CalibratedMember, CalibratedSvmModel } from '../../algorithms/svm/model.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { scaledColumns } from './raw-columns.ts'
import { svmDecisions } from './svm.ts'
import { elementType } from './tensor.ts'

/** The mean of the members' calibrated probabilities, in double precision, and the class for which it is highest. */
export function calibratedSvmOutput(
  graph: Graph,
  preparation: Preparation,
  model: CalibratedSvmModel,
): ModelOutput {
  const scaled = scaledColumns(graph, preparation)
  const members = model.members.map((member) => memberProbabilities(graph, member, scaled, model.classCount))
  const sum = members.reduce((total, each) => graph.node('Add', [total, each]))
  const mean = graph.node('Div', [sum, scalar(graph, 'members', members.length)])
  return {
    index: graph.node('ArgMax', [mean], { axis: 1, keepdims: 0 }),
    probabilities: graph.node('Cast', [mean], { to: elementType('float') }),
  }
}

/** double `[N,K]` with the sum 1. */
function memberProbabilities(
  graph: Graph,
  { machine, curves }: CalibratedMember,
  scaled: string,
  classCount: number,
): string {
  const { decision } = svmDecisions(graph, machine, scaled)
  const columns = curves.map((curve, c) =>
    probability(graph, curve, curves.length === 1 ? decision : columnOf(graph, decision, c)),
  )
  if (classCount === 2) {
    const first = graph.node('Sub', [scalar(graph, 'one', 1), columns[0]])
    return graph.node('Concat', [first, columns[0]], { axis: 1 })
  }
  const all = graph.node('Concat', columns, { axis: 1 })
  const sum = graph.node('ReduceSum', [all, graph.constant('axis', BigInt64Array.of(1n), [1])])
  // Where all are 0, every class is as likely.
  const isZero = graph.node('Cast', [graph.node('Equal', [sum, scalar(graph, 'zero', 0)])], {
    to: elementType('double'),
  })
  const share = graph.node('Div', [isZero, scalar(graph, 'classes', classCount)])
  return graph.node('Div', [graph.node('Add', [all, share]), graph.node('Add', [sum, isZero])])
}

/** Column c of `[N,K]`, as `[N,1]`. */
const columnOf = (graph: Graph, values: string, c: number) =>
  graph.node('Gather', [values, graph.constant('class', BigInt64Array.of(BigInt(c)), [1])], { axis: 1 })

const scalar = (graph: Graph, name: string, value: number) =>
  graph.constant(name, Float64Array.of(value), [1])

/** `[N,1]` to `[N,1]`. */
function probability(graph: Graph, curve: CalibratedMember['curves'][number], decision: string): string {
  if ('x' in curve) return isotonic(graph, curve, decision)
  const score = graph.node('Add', [
    graph.node('Mul', [decision, scalar(graph, 'a', curve.a)]),
    scalar(graph, 'b', curve.b),
  ])
  const one = scalar(graph, 'one', 1)
  return graph.node('Div', [one, graph.node('Add', [graph.node('Exp', [score]), one])])
}

/** The line between the two points around the value, held within the first and the last point. */
function isotonic(graph: Graph, { x, y }: { x: Float64Array; y: Float64Array }, decision: string): string {
  const count = x.length
  const slopes = x.map((at, i) => (i + 1 < count ? (y[i + 1] - y[i]) / (x[i + 1] - at) : 0))
  const points = graph.constant('points', x, [count])
  const within = graph.node('Min', [
    graph.node('Max', [decision, scalar(graph, 'first', x[0])]),
    scalar(graph, 'last', x[count - 1]),
  ])
  const above = graph.node('Cast', [graph.node('Greater', [points, within])], { to: elementType('int64') })
  const axis = graph.constant('axis', BigInt64Array.of(1n), [1])
  const last = graph.constant('last_point', BigInt64Array.of(BigInt(count - 1)), [1])
  const at = graph.node('Sub', [last, graph.node('ReduceSum', [above, axis])])
  const pick = (values: string) => graph.node('Gather', [values, at])
  const from = graph.node('Sub', [within, pick(points)])
  return graph.node('Add', [
    graph.node('Mul', [pick(graph.constant('slopes', slopes, [count])), from]),
    pick(graph.constant('heights', y, [count])),
  ])
}
