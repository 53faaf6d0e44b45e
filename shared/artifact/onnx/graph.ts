/** Builds an ONNX graph node by node and writes it as protobuf. */
import proto, { type onnx } from 'onnx-proto'
import { JobError } from '../../errors/job-error.ts'
import { type Attributes, encodeAttribute } from './attribute.ts'
import { byteCount, field, type Pieces } from './pieces.ts'
import { type ElementType, elementType, tensor, utf8 } from './tensor.ts'

// A CommonJS package, whose only export that ES modules can see is the default one.
const { GraphProto, ModelProto, NodeProto } = proto.onnx

/** The size of each axis; a text for one that only the data have. */
type Dimensions = readonly (string | number)[]

/** Protobuf's own limit on a message. */
const MAX_BYTES = 2 ** 31 - 1

export type Graph = ReturnType<typeof buildGraph>

/**
 * An empty graph. Values are known by their names, which are unique; `taken` are names that no value may have, beside
 * the inputs'.
 */
export function buildGraph(taken: Iterable<string>) {
  const unique = uniqueNames(taken)
  const constants = constantsOf(unique)
  const { add, written, ...operators } = operatorsOf(unique)
  const inputs: onnx.IValueInfoProto[] = []
  const outputs: onnx.IValueInfoProto[] = []

  return {
    ...operators,

    /** Declares an input of one column, under exactly that name. */
    input(name: string, type: ElementType): string {
      inputs.push(valueInfo(name, type, 1))
      return name
    },

    /** Makes `value` an output of N rows (and `columns` columns) under the wanted name, or one that is free. */
    output(value: string, wanted: string, type: ElementType, columns?: number): string {
      const name = unique(wanted)
      add('Identity', [value], {}, [name])
      outputs.push(valueInfo(name, type, columns))
      return name
    },

    constant: constants.numbers,
    booleans: constants.booleans,
    strings: constants.strings,

    /**
     * The model's bytes in pieces, for ONNX 1.11 (IR 8, operator sets 16 and ai.onnx.ml 3).
     *
     * @throws JobError where they are more than protobuf can hold.
     */
    write: (about: About): Pieces =>
      encodeModel(about, [
        ...written().flatMap((node) => field(1, node)),
        GraphProto.encode({
          name: 'tensorfleet',
          initializer: constants.written,
          input: inputs,
          output: outputs,
        }).finish(),
      ]),
  }
}

/** Writes a graph's operators, which ONNX calls nodes. */
function operatorsOf(unique: (wanted: string) => string) {
  let nodes: Pieces[] = []

  const add = (
    opType: string,
    from: readonly string[],
    attributes: Attributes,
    to: readonly string[],
    domain?: string,
  ): void => {
    const name = unique(opType)
    const node = NodeProto.encode({ opType, name, input: [...from], output: [...to], domain }).finish()
    const parts = Object.entries(attributes).flatMap(([key, value]) => field(5, encodeAttribute(key, value)))
    nodes.push([node, ...parts])
  }

  return {
    add,
    /** The nodes so far. */
    written: (): readonly Pieces[] => nodes,

    /** Adds an operator of ONNX' own set with one result, whose name it returns. */
    node(opType: string, from: readonly string[], attributes: Attributes = {}): string {
      const result = unique(`${opType.toLowerCase()}_out`)
      add(opType, from, attributes, [result])
      return result
    },

    /** Adds an operator of the set `ai.onnx.ml` with `count` results. */
    mlNode(opType: string, from: readonly string[], attributes: Attributes, count: number): string[] {
      const results = Array.from({ length: count }, () => unique(`${opType.toLowerCase()}_out`))
      add(opType, from, attributes, results, 'ai.onnx.ml')
      return results
    },

    /** Adds TopK, whose results are the values and their indices. */
    topK(from: readonly string[], attributes: Attributes): [values: string, indices: string] {
      const [values, indices] = [unique('topk_values'), unique('topk_indices')]
      add('TopK', from, attributes, [values, indices])
      return [values, indices]
    },

    /**
     * Adds Scan, which goes through sequences of doubles (along their first axis) with a state: `step` writes how the next state
     * follows from the state and an element of each. Returns the last state's name.
     *
     * @param shape of the state
     * @param sequences with the shape of an element
     */
    scan(
      state: string,
      shape: Dimensions,
      sequences: readonly { readonly name: string; readonly shape: Dimensions }[],
      step: (state: string, elements: string[]) => string,
    ): string {
      const before = unique('state')
      const elements = sequences.map(() => unique('element'))
      const outside = nodes
      nodes = []
      const after = step(before, elements)
      const inside = GraphProto.encode({
        name: unique('step'),
        input: [doubles(before, shape), ...elements.map((name, i) => doubles(name, sequences[i].shape))],
        output: [doubles(after, shape)],
      }).finish()
      const graph = [...nodes.flatMap((node) => field(1, node)), inside]
      nodes = outside
      const result = unique('scan_out')
      const from = [state, ...sequences.map(({ name }) => name)]
      add('Scan', from, { body: { graph }, num_scan_inputs: sequences.length }, [result])
      return result
    },
  }
}

/** Gives each value a name of its own: the wanted one, or that with a number. */
function uniqueNames(taken: Iterable<string>): (wanted: string) => string {
  const names = new Set(taken)
  return (wanted) => {
    let name = wanted
    for (let n = 2; names.has(name); n++) name = `${wanted}_${n}`
    names.add(name)
    return name
  }
}

/** Writes a graph's constants, which ONNX calls initializers. Each function returns the constant's name. */
function constantsOf(unique: (wanted: string) => string) {
  const written: onnx.ITensorProto[] = []
  const write = (wanted: string, tensor: onnx.ITensorProto): string => {
    const name = unique(wanted)
    written.push({ ...tensor, name })
    return name
  }
  return {
    written,

    /** A constant of the numbers' own element type. */
    numbers: (wanted: string, values: Float32Array | Float64Array | BigInt64Array, dims: number[]): string =>
      write(wanted, tensor(wanted, values, dims)),

    booleans: (wanted: string, values: readonly boolean[]): string =>
      write(wanted, {
        dims: [values.length],
        dataType: elementType('bool'),
        rawData: Uint8Array.from(values, Number),
      }),

    strings: (wanted: string, values: readonly string[]): string =>
      write(wanted, {
        dims: [values.length],
        dataType: elementType('string'),
        stringData: values.map(utf8),
      }),
  }
}

type About = {
  readonly producer: string
  readonly version: string
  readonly metadata: Readonly<Record<string, string>>
}

function encodeModel(about: About, graph: Pieces): Pieces {
  const bytes = byteCount(graph)
  if (bytes > MAX_BYTES - 65_536) {
    throw new JobError(
      'model_too_large',
      `The model has ${(bytes / 1e9).toFixed(1)} GB as ONNX, which cannot hold more than 2 GB: train a smaller one (fewer trees, a lower max_depth, fewer rows).`,
    )
  }
  const head = ModelProto.encode({
    irVersion: 8,
    producerName: about.producer,
    producerVersion: about.version,
    opsetImport: [
      { domain: '', version: 16 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    metadataProps: Object.entries(about.metadata).map(([key, value]) => ({ key, value })),
  }).finish()
  return [head, ...field(7, graph)]
}

function valueInfo(name: string, type: ElementType, columns?: number): onnx.IValueInfoProto {
  const dim = [{ dimParam: 'N' }, ...(columns === undefined ? [] : [{ dimValue: columns }])]
  return { name, type: { tensorType: { elemType: elementType(type), shape: { dim } } } }
}

function doubles(name: string, shape: Dimensions): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }))
  return { name, type: { tensorType: { elemType: elementType('double'), shape: { dim } } } }
}
