/** How figures, times and sizes are written. */
export function figure(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : trimmed(value)
  if (value === null || value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** At most four significant digits after what is needed to read the size. */
function trimmed(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 0.001 || size >= 1e7)) return value.toExponential(3)
  return String(Number(size >= 1000 ? value.toFixed(1) : value.toPrecision(4)))
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']
export function bytes(count: number | undefined): string {
  if (count === undefined) return '–'
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)))
  const value = count / 1000 ** power
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`
}

const clock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
export function time(iso: string | undefined | null): string {
  if (!iso) return '–'
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : clock.format(date)
}

/** From one time to another, or to now. */
export function duration(from: string | undefined, to: string | undefined): string {
  if (from === undefined) return '–'
  const seconds = Math.max(0, ((to === undefined ? Date.now() : Date.parse(to)) - Date.parse(from)) / 1000)
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** `random_forest` as people read it. */
export const words = (name: string) => name.replaceAll('_', ' ')
