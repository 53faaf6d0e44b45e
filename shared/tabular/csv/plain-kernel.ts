/**
 * The kernel that reads plain CSV text in memory (shared/wasm/assembly/plain-csv.ts): opened, and with its table of
 * powers.
 */

import { MISSING_WORDS } from '../../data/missing-words.ts'
import { lazy } from '../../runtime/lazy.ts'
import { loadKernel, openKernel } from '../../wasm/kernel.ts'
import { type Exports, FIVES, POWERS, kernel as plainCsv } from '../../wasm/kernels/plain-csv.ts'
import { fieldKind, type ParsedNumber, parseField } from './parse-number.ts'

/** The compiled kernel. Calling this early saves time later. */
export const plainCsvKernel = lazy(() => loadKernel(plainCsv))

/**
 * A column's marks: whether it has numbers, anything but whole numbers, text, integers that a double may not hold.
 */
export const mark = { numbers: 0, floats: 1, text: 2, wide: 3 } as const
export const MARKS = 4

/** The code of a text that the kernel cannot read. */
export const NO_CODE = -1

/** What the kernel calls an odd field that it cannot go on with; a missing word, by its number, is called more. */
const UNREADABLE = 4

/** Words for missing, numbered from 1: the lowest bits of the value of such a field, which is not a number. */
const NUMBERED_WORDS = Array.from(MISSING_WORDS).filter((word) => word !== '')

/** How often each word for missing stands in a column of the kernel's, by the lowest bits of its values. */
export function missingWordsOf(values: Float64Array): Map<string, number> {
  const words = new Map<string, number>()
  const halves = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
  for (let i = 0; i < values.length; i++) {
    const number = Number.isNaN(values[i]) ? halves[2 * i] : 0
    if (number === 0) continue
    const word = NUMBERED_WORDS[number - 1]
    words.set(word, (words.get(word) ?? 0) + 1)
  }
  return words
}

/**
 * An instance of the kernel on a memory.
 *
 * @param module only `plainCsvKernel`; handed over, because a thread has it from another.
 * @param textCode the number that a column shall have for a text, or NO_CODE; `bytes` as they stand in the memory
 */
export function openPlainKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  textCode: (column: number, bytes: Buffer) => number,
): Exports {
  const all = Buffer.from(memory.buffer)
  let kind: number = fieldKind.missing
  const parsed: ParsedNumber = { value: 0 }
  const odd = (column: number, at: number, length: number): number => {
    kind = parseField(all, at, at + length, parsed)
    if (kind === fieldKind.missing) {
      if (length > 0) kind = UNREADABLE + 1 + NUMBERED_WORDS.indexOf(all.toString('latin1', at, at + length))
      return Number.NaN
    }
    if (kind !== fieldKind.text) return parsed.value
    const code = textCode(column, all.subarray(at, at + length))
    if (code === NO_CODE) kind = UNREADABLE
    return code
  }
  return openKernel(plainCsv, module, memory, { odd, oddKind: () => kind })
}

/** Whether a line of this text is no row. */
export const isBlankLine = (text: string) => text.replaceAll('\0', '').trim() === ''

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes as text, or undefined when they are not UTF-8. */
export function decoded(bytes: Buffer): string | undefined {
  let high = 0
  for (const byte of bytes) high |= byte
  if (high < 128) return bytes.toString('latin1')
  try {
    return utf8.decode(Buffer.from(bytes))
  } catch {
    return undefined
  }
}

/**
 * Writes the first 128 bits of the powers of five, upper half first, for the kernel: rounded down for 5^q, up for
 * 5^-q, as in fast_float's table (fastfloat/fast_float, script/table_generation.py).
 */
export function writePowersOfFive(memory: WebAssembly.Memory): void {
  const table = new BigUint64Array(memory.buffer, FIVES, 2 * (2 * POWERS + 1))
  for (let q = -POWERS; q <= POWERS; q++) {
    const five = 5n ** BigInt(Math.abs(q))
    const bits = BigInt(five.toString(2).length)
    const scale = q < -27 ? 2n * bits + 128n : bits + 127n
    const whole = q < 0 ? (1n << scale) / five + 1n : five << 128n
    const significand = whole >> BigInt(whole.toString(2).length - 128)
    table[2 * (q + POWERS)] = significand >> 64n
    table[2 * (q + POWERS) + 1] = significand & 0xffff_ffff_ffff_ffffn
  }
}
