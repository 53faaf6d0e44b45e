import proto, { type onnx } from 'onnx-proto'

const { TensorProto } = proto.onnx

export type ElementType = 'float' | 'double' | 'int64' | 'bool' | 'string'

const elementTypes = {
  float: TensorProto.DataType.FLOAT,
  double: TensorProto.DataType.DOUBLE,
  int64: TensorProto.DataType.INT64,
  bool: TensorProto.DataType.BOOL,
  string: TensorProto.DataType.STRING,
} as const

/** The numbers of `TensorProto.DataType`, for the attribute `to` of Cast. */
export const elementType = (type: ElementType): number => elementTypes[type]

export function tensor(
  name: string,
  values: Float32Array | Float64Array | BigInt64Array,
  dims: number[],
): onnx.ITensorProto {
  const dataType =
    values instanceof Float32Array
      ? elementTypes.float
      : values instanceof Float64Array
        ? elementTypes.double
        : elementTypes.int64
  return {
    name,
    dims,
    dataType,
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }
}

export function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}
