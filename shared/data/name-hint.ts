/** What a column may be called that was not found. */
import { didYouMean } from '../errors/closest-match.ts'
import { quote } from '../errors/sentences.ts'

/** Names that a misspelt one is compared with. */
const MAX_COMPARED = 1000

/**
 * ` (did you mean "x"?)`, or where a name differs only by what cannot be seen, the code points; nothing where no name is close.
 *
 * @param names of the columns that are there.
 * @param whose who has the name that was not found: "the model has".
 */
export function nameHint(name: string, names: readonly string[], whose = 'the message has'): string {
  const twin = names.find((candidate) => visible(candidate) === visible(name))
  if (twin === undefined) return didYouMean(name, names.slice(0, MAX_COMPARED))
  return ` (the data have ${quote(twin)}, which differs invisibly: ${difference(name, twin, whose)})`
}

/** A name without what cannot be seen: control and format characters, blanks at the ends, the way an accent is written. */
function visible(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
}

/** The code points in which two names differ. */
function difference(wanted: string, there: string, whose: string): string {
  const a = Array.from(wanted)
  const b = Array.from(there)
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const asked = codePoints(a.slice(start, a.length - end))
  const found = codePoints(b.slice(start, b.length - end))
  return `at character ${start + 1} ${whose} ${asked}, the data have ${found}`
}

function codePoints(characters: readonly string[]): string {
  const shown = characters
    .slice(0, 8)
    .map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
  if (shown.length === 0) return 'nothing'
  return characters.length > 8 ? `${shown.join(' ')} …` : shown.join(' ')
}
