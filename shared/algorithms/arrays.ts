/** Zod schemas of typed arrays, for the models and checkpoints. */
import { z } from 'zod'

export const float64 = () =>
  z.custom<Float64Array>((value) => value instanceof Float64Array, 'not a Float64Array')
export const float32 = () =>
  z.custom<Float32Array>((value) => value instanceof Float32Array, 'not a Float32Array')
export const int32 = () => z.custom<Int32Array>((value) => value instanceof Int32Array, 'not an Int32Array')
export const uint32 = () =>
  z.custom<Uint32Array>((value) => value instanceof Uint32Array, 'not a Uint32Array')
export const uint8 = () => z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not a Uint8Array')

/** Any number, which zod's own is not: also NaN and the infinities. */
export const float = () => z.custom<number>((value) => typeof value === 'number', 'not a number')
