/** The memory of kernels: how much, and at which addresses the data lie in it. Addresses are in bytes. */
import { JobError } from '../errors/job-error.ts'

/** WebAssembly's unit of memory. */
export const PAGE_BYTES = 65536

/** As much as a kernel can address. */
export const MAX_MEMORY_BYTES = 2 ** 32

/** The first address that is free for data; what lies before belongs to the kernel itself. */
export const DATA_START = PAGE_BYTES

/** Every array begins at a multiple of this: the size of a cache line. */
const ALIGNMENT = 64

export type MemoryLayout = ReturnType<typeof memoryLayout>

/**
 * Hands out addresses one after the other, each a multiple of 64.
 *
 * @example
 * const layout = memoryLayout()
 * const x = layout.float64(rows)
 * const problem = layout.record(Problem)
 * const memory = sharedMemory(layout.end())
 * new Float64Array(memory.buffer, x, rows).fill(0)
 */
export function memoryLayout(start = DATA_START) {
  let next = start
  const bytes = (length: number): number => {
    const address = next
    next += Math.ceil(length / ALIGNMENT) * ALIGNMENT
    return address
  }
  return {
    bytes,
    int32: (length: number) => bytes(length * Int32Array.BYTES_PER_ELEMENT),
    float32: (length: number) => bytes(length * Float32Array.BYTES_PER_ELEMENT),
    float64: (length: number) => bytes(length * Float64Array.BYTES_PER_ELEMENT),
    record: (layout: RecordLayout<string>) => bytes(layout.bytes),
    /** The address behind all that was handed out. */
    end: () => next,
  }
}

/**
 * Memory that threads can share, up to the address `end`. It takes no room before it is written.
 *
 * @throws JobError where that is more than a kernel can address.
 */
export function sharedMemory(end: number): WebAssembly.Memory {
  const pages = pagesFor(end)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

/** The same, for data whose size is not known yet; see `growMemory`. */
export function growableMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAX_MEMORY_BYTES / PAGE_BYTES, shared: true })
}

/**
 * Grows a memory up to the address `end` where it is smaller.
 *
 * @throws JobError where that is more than a kernel can address.
 */
export function growMemory(memory: WebAssembly.Memory, end: number): void {
  const more = pagesFor(end) - memory.buffer.byteLength / PAGE_BYTES
  if (more > 0) memory.grow(more)
}

function pagesFor(end: number): number {
  if (end > MAX_MEMORY_BYTES) {
    const gigabytes = (end / 2 ** 30).toFixed(1)
    throw new JobError(
      'too_large_to_train',
      `The data need ${gigabytes} GB at once and 4 GB is the maximum: use fewer rows or features.`,
    )
  }
  return Math.ceil(end / PAGE_BYTES)
}

type FieldType = 'bool' | 'i32' | 'u32' | 'usize' | 'f32' | 'f64'

/** Where the fields of a kernel's class lie. kernels/*.ts has one for each that a kernel exports. */
export type RecordLayout<Field extends string> = {
  readonly bytes: number
  readonly fields: { readonly [Name in Field]: readonly [type: FieldType, offset: number] }
}

export type RecordView<Field extends string> = {
  get(field: Field): number
  /** Writes some of the fields. */
  set(values: { readonly [Name in Field]?: number }): void
  /** Writes all of the fields. */
  fill(values: { readonly [Name in Field]: number }): void
}

/** A record of a kernel at an address of its memory. */
export function recordAt<Field extends string>(
  { fields, bytes }: RecordLayout<Field>,
  memory: WebAssembly.Memory,
  address: number,
): RecordView<Field> {
  const view = new DataView(memory.buffer, address, bytes)
  function write(field: Field, value: number): void {
    const [type, offset] = fields[field]
    if (type === 'f64') view.setFloat64(offset, value, true)
    else if (type === 'f32') view.setFloat32(offset, value, true)
    else if (type === 'bool') view.setUint8(offset, value)
    else view.setUint32(offset, value, true)
  }
  function set(values: { readonly [Name in Field]?: number }): void {
    for (const field in values) {
      const value = values[field]
      if (value !== undefined) write(field, value)
    }
  }
  return {
    get(field) {
      const [type, offset] = fields[field]
      if (type === 'f64') return view.getFloat64(offset, true)
      if (type === 'f32') return view.getFloat32(offset, true)
      if (type === 'bool') return view.getUint8(offset)
      return type === 'i32' ? view.getInt32(offset, true) : view.getUint32(offset, true)
    },
    set,
    fill: set,
  }
}
