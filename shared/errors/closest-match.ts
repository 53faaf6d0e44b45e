import { quote } from './sentences.ts'

/**
 * The known name closest to a misspelt one by Levenshtein distance, or undefined where none is within a third of its
 * length. Case, `-` and `_` do not count.
 */
export function closestMatch(given: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll('-', '_')
  const wanted = plain(given.slice(0, 100))
  let best: string | undefined
  let bestDistance = Math.floor(wanted.length / 3) + 1
  for (const candidate of known) {
    const distance = levenshtein(wanted, plain(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` (did you mean "x"?)`, or nothing where no known name is close. */
export function didYouMean(given: string, known: readonly string[]): string {
  const close = closestMatch(given, known)
  return close === undefined ? '' : ` (did you mean ${quote(close)}?)`
}

function levenshtein(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution))
    }
    previous = current
  }
  return previous[b.length]
}
