/** What looks wrong with the columns' names. */
import type { Column } from '../../data/table.ts'
import { numberOf } from '../../data/text-values.ts'
import { list, quote } from '../../errors/sentences.ts'
import { twins } from './texts.ts'

export function headerNotes(columns: readonly Column[]): string[] {
  const names = columns.map(({ name }) => name)
  return [...numbersAsNames(columns), ...nameTwins(names)]
}

const isNumber = (name: string) => !Number.isNaN(numberOf(name))

function numbersAsNames(columns: readonly Column[]): string[] {
  const names = columns.map(({ name }) => name)
  const numbers = names.filter(isNumber)
  if (2 * numbers.length < names.length || areCounted(numbers)) return []
  // Where numbers stand over all columns of numbers, who read the file has said so.
  const overNumbers = columns.filter(({ kind }) => kind === 'number')
  if (overNumbers.length > 0 && overNumbers.every(({ name }) => isNumber(name))) return []
  const what =
    numbers.length === names.length
      ? 'its names are numbers'
      : `${numbers.length} of its ${names.length} names are numbers`
  return [
    `The first line was taken as header, but ${what} (${list(numbers.map(quote), 3)}): if it is a row, add a header line, or send csv: {"header": false}.`,
  ]
}

/** Names such as 0, 1, 2 or 1990, 1991, 1992 were given. */
function areCounted(numbers: readonly string[]): boolean {
  const values = numbers.map(numberOf)
  const step = values[1] - values[0]
  return (
    values.length > 1 && values.every((value, i) => i === 0 || value - values[i - 1] === step) && step > 0
  )
}

function nameTwins(names: readonly string[]): string[] {
  const groups = twins(names.map((text) => ({ text, rows: 1 })))
  if (groups.length === 0) return []
  const named = groups.slice(0, 3).map((group) =>
    list(
      group.map(({ text }) => quote(text)),
      4,
    ),
  )
  return [
    `Names of columns differ only by case, blanks, marks or a final dot: ${named.join('; ')}${groups.length > 3 ? '; …' : ''}. They are different columns: check that the model gets the one that you mean.`,
  ]
}
