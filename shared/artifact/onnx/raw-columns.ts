import { type MatrixColumn, matrixColumns } from '../../data/matrix-columns.ts'
import { missingCode, UNKNOWN } from '../../data/missing-values.ts'
import type { CategoryFeature, Feature, Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import { inputType } from '../signature.ts'
import { elementType, type Graph } from './graph.ts'

type OneHotFeature = Extract<Feature, { kind: 'one_hot' }>

/** What a pandas DataFrame has for a missing text, as text. ONNX itself has no word for it. */
const MISSING_TEXTS = ['', 'None', 'nan', 'NaN', '<NA>', 'NaT']

/**
 * The inputs, one a raw column (`[N,1]`, float, double or string), as one matrix of doubles `[N, features]`: numbers as
 * training read them, texts as their codes or, one-hot encoded, as a column of 0 and 1 for each code.
 *
 * A column without a name, which ONNX does not allow, becomes `column_{index}`.
 */
export function rawColumns(graph: Graph, { features }: Preparation<Task>): string {
  const toDouble = (value: string) => graph.node('Cast', [value], { to: elementType('double') })
  const types = features.map(inputType)
  const mixed = types.includes('double')
  const columns = features.map((feature, j) => {
    const input = graph.input(inputName(feature.name, j), types[j])
    if (types[j] === 'double') return input
    const value =
      feature.kind === 'number'
        ? input
        : feature.kind === 'text'
          ? textCodes(graph, input, feature)
          : indicators(graph, textCodes(graph, input, feature), feature)
    return mixed ? toDouble(value) : value
  })
  const together = graph.node('Concat', columns, { axis: 1 })
  return restoreDecimals(graph, features, mixed ? together : toDouble(together))
}

/** The codes `[N,1]` as columns of 0 and 1: `[N, columns]`. */
function indicators(graph: Graph, codes: string, { means }: OneHotFeature): string {
  const each = graph.constant(
    'codes',
    Float32Array.from(means, (_, k) => k),
    [1, means.length],
  )
  return graph.node('Cast', [graph.node('Equal', [codes, each])], { to: elementType('float') })
}

function textCodes(graph: Graph, input: string, feature: CategoryFeature): string {
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
  const powers = matrixColumns(features).map(({ feature }) =>
    feature.kind === 'number' && typeof feature.decimals === 'number' ? 10 ** feature.decimals : Number.NaN,
  )
  if (powers.every(Number.isNaN)) return raw
  // NaN, where there is nothing to give back, is equal to nothing.
  const power = graph.constant('power', Float64Array.from(powers), [1, powers.length])
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
export function scaledColumns(graph: Graph, preparation: Preparation<Task>): string {
  const columns = matrixColumns(preparation.features)
  const vector = (name: string, value: (column: MatrixColumn) => number) =>
    graph.constant(name, Float64Array.from(columns, value), [1, columns.length])
  const raw = rawColumns(graph, preparation)
  const impute = vector('impute', ({ feature }) =>
    feature.kind === 'number' ? (feature.impute ?? Number.NaN) : 0,
  )
  const filled = graph.node('Where', [graph.node('IsNaN', [raw]), impute, raw])
  const centred = graph.node('Sub', [filled, vector('mean', ({ mean }) => mean)])
  return graph.node('Div', [centred, vector('scale', ({ scale }) => scale)])
}
