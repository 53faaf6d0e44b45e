/** Dates as text: those that can be read in one way only, by each text alone. */

/** A day: 2026-01-31, also with slashes or dots. */
const YEAR_FIRST = '(?<y1>\\d{4})(?<mark>[-/.])(?<m1>\\d{1,2})\\k<mark>(?<d1>\\d{1,2})'
/** A month, which stands for its first day: 2026-01. */
const YEAR_MONTH = '(?<y2>\\d{4})-(?<m2>\\d{2})'
const NAME = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*'
/** 31 January 2026, 31-Jan-2026, Sat, 31 Jan 2026. */
const DAY_NAME_YEAR = `(?:[a-z]{3},?\\s)?(?<d3>\\d{1,2})[-/. ]\\s?(?<m3>${NAME})\\.?[-/, ]\\s?(?<y3>\\d{4})`
/** January 31, 2026. */
const NAME_DAY_YEAR = `(?:[a-z]{3},?\\s)?(?<m4>${NAME})\\.?\\s(?<d4>\\d{1,2}),?\\s(?<y4>\\d{4})`
const CLOCK =
  '(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?(?:\\s?(?<half>[ap])m)?'
const OFFSET = '(?<offset>Z|UTC|GMT|[+-]\\d{2}:?\\d{2})'
const DATE = new RegExp(
  `^(?:${YEAR_FIRST}|${YEAR_MONTH}|${DAY_NAME_YEAR}|${NAME_DAY_YEAR})(?:(?:T|,?\\s)${CLOCK}\\s*${OFFSET}?)?$`,
  'i',
)
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * The seconds since 1970 (UTC where the text has no offset): of ISO 8601 as people write it, of a day with its month by name, with a time
 * or without. NaN for what is no such date (the 30th of February, too), or where day and month could be the other way
 * round (1/2/2026).
 */
export function secondsOf(text: string): number {
  const found = DATE.exec(text.trim())?.groups
  if (found === undefined) return Number.NaN
  const year = Number(found.y1 ?? found.y2 ?? found.y3 ?? found.y4)
  const name = found.m3 ?? found.m4
  const month =
    name === undefined ? Number(found.m1 ?? found.m2) : MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
  const day = Number(found.d1 ?? found.d3 ?? found.d4 ?? 1)
  const date = Date.UTC(year, month - 1, day)
  if (month < 1 || month > 12 || new Date(date).getUTCDate() !== day) return Number.NaN
  return date / 1000 + clockSeconds(found) - offsetSeconds(found.offset)
}

/** The seconds since midnight; NaN for what is no time. */
function clockSeconds({ hour = '0', minute = '0', second = '0', fraction = '0', half }: Clock): number {
  const isOn12 = half !== undefined
  const hours = isOn12 ? (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : Number(hour)
  if (Number(hour) > (isOn12 ? 12 : 24) || Number(minute) > 59 || Number(second) > 60) return Number.NaN
  return hours * 3600 + Number(minute) * 60 + Number(second) + Number(`0.${fraction}`)
}
type Clock = { hour?: string; minute?: string; second?: string; fraction?: string; half?: string }

function offsetSeconds(offset: string | undefined): number {
  if (offset === undefined || /^[a-z]/i.test(offset)) return 0
  const digits = offset.replace(':', '')
  const seconds = Number(digits.slice(1, 3)) * 3600 + Number(digits.slice(3, 5)) * 60
  return digits.startsWith('-') ? -seconds : seconds
}
