/**
 * What float32 keeps of a column. A float32 stands for the decimal number that rounds to it: 4.9, not 4.900000095.
 *
 * @returns undefined where float32 holds every value exactly; the number of decimals that give every value back from
 * its float32 (see `fromFloat32`); null where nothing does, as for most ids, Unix times and long decimals.
 */
export function float32Decimals(values: Float64Array, rows: Int32Array): number | null | undefined {
  let largest = 0
  let exact = true
  for (const row of rows) {
    const value = values[row]
    if (Number.isNaN(value)) continue
    largest = Math.max(largest, Math.abs(value))
    exact &&= Math.fround(value) === value
  }
  if (exact) return undefined
  const decimals = Math.min(Math.floor(Math.log10(SPACED / largest)), MAX_DECIMALS)
  if (decimals < 1) return null
  for (const row of rows) {
    const value = values[row]
    if (!Number.isNaN(value) && fromFloat32(Math.fround(value), decimals) !== value) return null
  }
  return decimals
}

/** The nearest number of so many decimals where that rounds to the same float32, else the float32 itself. */
function fromFloat32(value: number, decimals: number): number {
  const power = 10 ** decimals
  const decimal = Math.round(value * power) / power
  return Math.fround(decimal) === value ? decimal : value
}

/** Below it, whole numbers are at least two float32 apart. */
const SPACED = 2 ** 23

/** 10 to its power is an exact double. */
const MAX_DECIMALS = 22
