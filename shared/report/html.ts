/** Markup that needs no escaping. */
export type Html = { readonly markup: string }

type Part = string | number | Html | undefined | readonly Part[]

/** Markup with texts in it, which are escaped; `html` within `html` is not escaped again, and lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((page, text, i) => page + markupOf(parts[i - 1]) + text) }
}

function markupOf(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  if ('markup' in part) return part.markup
  return part.map(markupOf).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character])
}

/**
 * A name from the data, on one line: cut to `limit` characters, line breaks shown as ⏎, and characters replaced that
 * are invisible or change the direction of the text.
 */
export function shown(text: string, limit = 40): string {
  const visible = text
    .slice(0, 4 * limit)
    .toWellFormed()
    .replaceAll(/\r\n|[\n\r\u2028\u2029]/g, '⏎')
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '�')
  const characters = Array.from(visible)
  if (visible.trim() === '') return '(empty)'
  return characters.length <= limit && text.length <= 4 * limit
    ? visible
    : `${characters.slice(0, limit - 1).join('')}…`
}

/** 12345 → 12,345 */
export function count(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** 1 row, 12,345 rows */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** A measured number with as many digits as are worth reading. */
export function figure(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(4)))
}
