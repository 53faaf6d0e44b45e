import { missingCode, UNKNOWN } from '../../data/missing-values.ts'
import type { Feature, Preparation } from '../../data/preparation.ts'
import { inputType } from '../signature.ts'
import { elementType, type Graph } from './graph.ts'

/** What a pandas DataFrame has for a missing text, as text. ONNX itself has no word for it. */
const MISSING_TEXTS = ['', 'None', 'nan', 'NaN', '<NA>', 'NaT']

/**
 * The inputs, one a raw column (`[N,1]`, float, double or string), as one matrix of doubles `[N, features]`: numbers as
 * training read them, texts as their codes.
 *
 * A column without a name, which ONNX does not allow, becomes `column_{index}`.
 */
export function rawColumns(graph: Graph, { features }: Preparation): string {
  const toDouble = (value: string) => graph.node('Cast', [value], { to: elementType('double') })
  const types = features.map(inputType)
  const mixed = types.includes('double')
  const columns = features.map((feature, j) => {
    const input = graph.input(inputName(feature.name, j), types[j])
    if (types[j] === 'double') return input
    const value = feature.kind === 'text' ? textCodes(graph, input, feature) : input
    return mixed ? toDouble(value) : value
  })
  const together = graph.node('Concat', columns, { axis: 1 })
  return restoreDecimals(graph, features, mixed ? together : toDouble(together))
}

function textCodes(graph: Graph, input: string, feature: Extract<Feature, { kind: 'text' }>): string {
  const { categories } = feature
  const missing = feature.missingSeen ? MISSING_TEXTS.filter((text) => !categories.includes(text)) : []
  const codes = [...categories.keys(), ...missing.map(() => missingCode(feature))]
  const [result] = graph.mlNode(
    'LabelEncoder',
    [input],
    {
      keys_strings: [...categories, ...missing],
      values_floats: Float32Array.from(codes),
      default_float: { float: UNKNOWN },
    },
    1,
  )
  return result
}

/** Gives the columns of float32 back their decimals, as `fromFloat32` does: 4.9, not 4.900000095. */
function restoreDecimals(graph: Graph, features: readonly Feature[], raw: string): string {
  const powers = features.map((feature) =>
    feature.kind === 'number' && typeof feature.decimals === 'number' ? 10 ** feature.decimals : Number.NaN,
  )
  if (powers.every(Number.isNaN)) return raw
  // NaN, where there is nothing to give back, is equal to nothing.
  const power = graph.constant('power', Float64Array.from(powers), [1, features.length])
  const decimal = graph.node('Div', [graph.node('Round', [graph.node('Mul', [raw, power])]), power])
  const toFloat = (value: string) => graph.node('Cast', [value], { to: elementType('float') })
  return graph.node('Where', [graph.node('Equal', [toFloat(decimal), toFloat(raw)]), decimal, raw])
}

export function inputName(column: string, index: number): string {
  return column === '' ? `column_${index}` : column
}

/**
 * Raw columns, imputed and scaled in double precision by the same operations in the same order as in training.
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
