/** What looks wrong with the target. */
import { looksLikeNumber } from '../../data/number-like.ts'
import type { Column } from '../../data/table.ts'
import { numberOf } from '../../data/text-values.ts'
import { plural, quote } from '../../errors/sentences.ts'
import { rowsOf, textRows } from './column-facts.ts'
import { twinsNote } from './texts.ts'

/** @param isDefault whether the last column was taken because no other was named. */
export function targetNotes(
  target: Column,
  classes: Int32Array,
  isDefault: boolean,
): { assumed: string[]; uneven: string[] } {
  const measured = looksMeasured(target, classes, isDefault)
  const alike = target.kind === 'text' ? twinsNote('Classes', target.name, textRows(target)) : undefined
  const uneven = measured === undefined ? imbalance(classes, target) : undefined
  return { assumed: [...lostWords(target), ...present(measured), ...present(alike)], uneven: present(uneven) }
}

const present = (note: string | undefined) => (note === undefined ? [] : [note])

/** Words that the reader took for missing: the rows that have them are not trained on. */
function lostWords(target: Column): string[] {
  if (target.kind !== 'text' || target.missingWords === undefined) return []
  return Array.from(
    target.missingWords,
    ([word, rows]) =>
      `The word ${quote(word)} counts as a missing value, so ${plural(rows, 'row')} with it in the target column ${quote(target.name)} ${rows === 1 ? 'is' : 'are'} left out: if it is a class, send csv: {"keep_default_na": false} or write another word.`,
  )
}

/** From this many classes, of fewer rows than these on average, numbers are measured rather than classes. */
const MANY_CLASSES = 30
const FEW_ROWS_PER_CLASS = 10
/** The share of texts that are numbers from which the few others are taken for mistakes. */
const NEARLY_ALL = 0.9

function looksMeasured(target: Column, classes: Int32Array, isDefault: boolean): string | undefined {
  let rows = 0
  const used = new Set<number>()
  for (const k of classes) {
    if (k < 0) continue
    rows++
    used.add(k)
  }
  if (used.size < MANY_CLASSES || used.size * FEW_ROWS_PER_CLASS < rows) return undefined
  let first = ''
  if (target.kind === 'text') {
    const texts = textRows(target)
    const plain = texts.filter(({ text }) => !Number.isNaN(numberOf(text)))
    const numbers = texts.filter(({ text }) => !Number.isNaN(numberOf(text)) || looksLikeNumber(text))
    if (rowsOf(numbers) < NEARLY_ALL * rows) return undefined
    if (plain.length < texts.length) first = 'write plain numbers and '
  }
  const named = isDefault ? 'The last column was taken as target, as target_column was not given: ' : ''
  const what = named === '' ? `The target column ${quote(target.name)}` : quote(target.name)
  return `${named}${what} looks measured, with ${used.size} different numbers in ${plural(rows, 'row')}. Each was taken for a class: ${first}send "task": "regression" to predict the number, group the numbers, or choose a column of classes as target_column.`
}

/** Ratio of the largest class to the smallest from which the sender is told. */
const MIN_IMBALANCE = 10

function imbalance(classes: Int32Array, target: Column): string | undefined {
  const counts = new Map<number, number>()
  for (const k of classes) if (k >= 0) counts.set(k, (counts.get(k) ?? 0) + 1)
  if (counts.size < 2) return undefined
  const sizes = Array.from(counts.values()).sort((a, b) => a - b)
  const smallest = sizes[0]
  const largest = sizes[sizes.length - 1]
  if (largest < MIN_IMBALANCE * smallest) return undefined
  const name = quote(target.name)
  return `The classes of ${name} are uneven: the largest has ${plural(largest, 'row')}, the smallest ${smallest}. Accuracy says little about the small ones; look at their recall, and try class_weight "balanced".`
}
