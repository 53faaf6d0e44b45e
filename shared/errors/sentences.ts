/** What sentences for people are made of. */

/** Text, cut to `limit` characters. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

/** A value in a sentence: as JSON, a long one shortened. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value, 60))
  // JSON has no word for those that are not finite.
  if (typeof value === 'number') return String(value)
  return shorten(JSON.stringify(value) ?? String(value), 60)
}

/** The first names, and an ellipsis for those beyond `limit`: `a, b, …`. */
export function list(names: readonly unknown[], limit: number): string {
  const shown = names.slice(0, limit).join(', ')
  return names.length > limit ? `${shown}, …` : shown
}

/** `1 row`, `2 rows`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A share from 0 to 1: `96.7 %`, and `100 %` and `0 %` without a decimal. `missing` stands for none. */
export function percent(share: number | null | undefined, missing = '–'): string {
  if (share === null || share === undefined) return missing
  const rounded = (100 * share).toFixed(1)
  return `${rounded === '100.0' || rounded === '0.0' ? Math.round(100 * share) : rounded} %`
}
