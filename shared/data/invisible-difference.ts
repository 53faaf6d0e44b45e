/** How two texts differ that look alike. */

/**
 * Where two texts that look alike differ, with the code points of each there: `U+00E9` and `U+0065 U+0301`. Nothing
 * where they look different, or are equal.
 */
export function invisibleDifference(
  first: string,
  second: string,
): { at: number; first: string; second: string } | undefined {
  if (first === second || visible(first) !== visible(second)) return undefined
  const a = Array.from(first)
  const b = Array.from(second)
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return {
    at: start + 1,
    first: codePoints(a.slice(start, a.length - end)),
    second: codePoints(b.slice(start, b.length - end)),
  }
}

/** A text without what cannot be seen: control and format characters, blanks at the ends, the way an accent is written. */
function visible(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
}

function codePoints(characters: readonly string[]): string {
  const shown = characters
    .slice(0, 8)
    .map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
  if (shown.length === 0) return 'nothing'
  return characters.length > 8 ? `${shown.join(' ')} …` : shown.join(' ')
}
