/**
 * The targets of iris and wine were called `target` before they had the original's names. What was sent or stored then stays
 * valid: a job may use either name, and of the files only the header differs.
 */
import { hash } from 'node:crypto'
import type { Column } from '../../data/table.ts'
import { samples } from './index.ts'

const FORMER = 'target'

const renamed = samples
  .filter(({ target_column }) => target_column !== FORMER)
  .map(({ target_column, csv }) => ({
    names: [target_column, FORMER],
    hashes: [csv, csv.replace(`,${target_column}\n`, `,${FORMER}\n`)].map((text) => hash('sha256', text)),
  }))

/** Whether two files, by their SHA-256, have the same rows: one file, or a sample under either name of its target. */
export const haveSameRows = (a: string, b: string) =>
  a === b || renamed.some(({ hashes }) => hashes.includes(a) && hashes.includes(b))

/**
 * Gives a sample's target the name that a job calls it by, in place. Other datasets stay as they are.
 *
 * @param sha256 of the dataset's file.
 * @param wanted the names of columns in the job's message.
 */
export function nameTargetAsWanted(columns: Column[], sha256: string, wanted: readonly string[]): void {
  const sample = renamed.find(({ hashes }) => hashes.includes(sha256))
  const target = columns.findIndex(({ name }) => sample?.names.includes(name))
  const name = sample?.names.find((known) => wanted.includes(known))
  if (target >= 0 && name !== undefined) columns[target] = { ...columns[target], name }
}
