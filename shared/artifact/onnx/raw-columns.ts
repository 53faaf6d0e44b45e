import { type MatrixColumn, matrixColumns } from '../../data/matrix-columns.ts'
import { missingCode, UNKNOWN } from '../../data/missing-values.ts'
import type { CategoryFeature, Feature, Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import { inputType } from '../signature.ts'
import type { Graph } from './graph.ts'
import { elementType } from './tensor.ts'

type TextFeature = Extract<Feature, { kind: 'text' }>
type TargetMeanFeature = Extract<Feature, { kind: 'target_mean' }>
type OneHotFeature = Extract<Feature, { kind: 'one_hot' }>

/** What a pandas DataFrame has for a missing text, as text. ONNX itself has no word for it. */
const MISSING_TEXTS = ['', 'None', 'nan', 'NaN', '<NA>', 'NaT']

/**
 * The inputs, one a raw column (`[N,1]`, float, double or string), as one matrix of doubles `[N, features]`: numbers as
 * training read them, texts as their codes or,
 * one-hot encoded, as a column of 0 and 1 for each code, or as means of the target.
 *
 * A column without a name, which ONNX does not allow, becomes `column_{index}`.
 */
export function rawColumns(graph: Graph, { features }: Preparation<Task>): string {
  const toDouble = (value: string) => graph.node('Cast', [value], { to: elementType('double') })
  const types = features.map(inputType)
  const mixed = types.includes('double') || features.some(({ kind }) => kind === 'target_mean')
  const columns = features.map((feature, j) => {
    const input = graph.input(inputName(feature.name, j), types[j])
    if (types[j] === 'double') return input
    if (feature.kind === 'target_mean') return targetMeans(graph, textCodes(graph, input, feature), feature)
    const value = feature.kind === 'number' ? input : encodedText(graph, input, feature)
    return mixed ? toDouble(value) : value
  })
  const together = graph.node('Concat', columns, { axis: 1 })
  return restoreDecimals(graph, features, mixed ? together : toDouble(together))
}

function encodedText(graph: Graph, input: string, feature: TextFeature | OneHotFeature): string {
  const codes = textCodes(graph, input, feature)
  return feature.kind === 'text' ? codes : indicators(graph, codes, feature)
}

/** The codes `[N,1]` as the means that stand for them, doubles: `[N, columns]`. */
function targetMeans(graph: Graph, codes: string, { encodings, unknown }: TargetMeanFeature): string {
  const columns = encodings.length
  const codeCount = encodings[0].length
  // The first row stands for a text that training never saw, whose code is -1.
  const table = new Float64Array((codeCount + 1) * columns)
  for (let k = 0; k < columns; k++) {
    table[k] = unknown[k]
    encodings[k].forEach((mean, code) => {
      table[(code + 1) * columns + k] = mean
    })
  }
  const one = graph.constant('one', Float32Array.of(1), [1])
  const rows = graph.node('Cast', [graph.node('Add', [codes, one])], { to: elementType('int64') })
  const means = graph.constant('target_means', table, [codeCount + 1, columns])
  const shape = graph.constant('shape', BigInt64Array.of(-1n, BigInt(columns)), [2])
  return graph.node('Reshape', [graph.node('Gather', [means, rows]), shape])
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

/** Columns `[N, columns]` as a sequence for a Scan: `[columns, N, 1]`. */
export function sequenceOfColumns(graph: Graph, matrix: string): string {
  const last = graph.constant('last_axis', BigInt64Array.of(2n), [1])
  return graph.node('Unsqueeze', [graph.node('Transpose', [matrix], { perm: [1, 0] }), last])
}
