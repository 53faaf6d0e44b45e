import { list } from '../../errors/sentences.ts'

/** Counts the lines that repeat the header. */
export function repeatedHeaders() {
  const lines: number[] = []
  let count = 0
  return {
    add(line: number): void {
      count++
      if (lines.length <= MAX_NAMED) lines.push(line)
    },
    warnings(): string[] {
      if (count === 0) return []
      if (count === 1) return [`Line ${lines[0]} repeats the header and was left out.`]
      return [`${count} lines repeat the header and were left out: ${list(lines, MAX_NAMED)}.`]
    },
  }
}

const MAX_NAMED = 5
