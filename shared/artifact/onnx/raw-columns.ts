import type { Preparation } from '../../data/preparation.ts'
import { elementType, type Graph } from './graph.ts'

/**
 * The inputs, one a raw column (`[N,1]`, float or string), as one matrix of doubles `[N, features]`: numbers as they
 * are, texts as their codes. The empty string stands for a missing text, which ONNX has no other word for.
 *
 * A column without a name, which ONNX does not allow, becomes `column_{index}`.
 */
export function rawColumns(graph: Graph, { features }: Preparation): string {
  const columns = features.map((feature, j) => {
    const name = inputName(feature.name, j)
    if (feature.kind === 'number') return graph.input(name, 'float')
    const input = graph.input(name, 'string')
    const { categories } = feature
    const keys = feature.missingSeen && !categories.includes('') ? [...categories, ''] : categories
    const [codes] = graph.mlNode(
      'LabelEncoder',
      [input],
      { keys_strings: keys, values_floats: Float32Array.from(keys.keys()), default_float: { float: -1 } },
      1,
    )
    return codes
  })
  const together = graph.node('Concat', columns, { axis: 1 })
  return graph.node('Cast', [together], { to: elementType('double') })
}

export function inputName(column: string, index: number): string {
  return column === '' ? `column_${index}` : column
}

/**
 * Raw columns, imputed and scaled in double precision by the same operations in the same order as in training, so
 * that only the float32 of the inputs parts the result from our own.
 */
export function scaledColumns(graph: Graph, preparation: Preparation): string {
  const { features } = preparation
  const vector = (name: string, value: (feature: (typeof features)[number]) => number) =>
    graph.constant(name, Float64Array.from(features, value), [1, features.length])
  const raw = rawColumns(graph, preparation)
  const impute = vector('impute', (feature) =>
    feature.kind === 'number' ? (feature.impute ?? Number.NaN) : 0,
  )
  const filled = graph.node('Where', [graph.node('IsNaN', [raw]), impute, raw])
  const centred = graph.node('Sub', [filled, vector('mean', (feature) => feature.mean)])
  return graph.node('Div', [centred, vector('scale', (feature) => feature.scale)])
}
