import { list } from '../../errors/sentences.ts'

/** Counts the lines in the middle of a file that are no rows: those that repeat the header, and those of zero bytes. */
export function leftOutLines() {
  const repeated = countedLines()
  const zeros = countedLines()
  return {
    addRepeated: repeated.add,
    addZeros: zeros.add,
    warnings(): string[] {
      return [
        ...repeated.sentence('repeats the header', 'repeat the header'),
        ...zeros.sentence('has zero bytes only', 'have zero bytes only'),
      ]
    },
  }
}

function countedLines() {
  const lines: number[] = []
  let count = 0
  return {
    add(line: number): void {
      count++
      if (lines.length <= MAX_NAMED) lines.push(line)
    },
    sentence(one: string, many: string): string[] {
      if (count === 0) return []
      if (count === 1) return [`Line ${lines[0]} ${one} and was left out.`]
      return [`${count} lines ${many} and were left out: ${list(lines, MAX_NAMED)}.`]
    },
  }
}

const MAX_NAMED = 5
