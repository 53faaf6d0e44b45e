/** A section of bench/results.md that a program writes: its table, and the words before it, which people write. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cell } from './markdown-table.ts'

const file = join(import.meta.dirname, 'results.md')

/**
 * Puts rows into the first table of a section that has these columns: each takes the place of the row that begins with the same cells,
 * or comes after the others.
 *
 * @param keys how many cells say what a row is of.
 */
export async function updateSection(
  heading: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  keys: number,
): Promise<void> {
  const text = await readFile(file, 'utf8')
  const from = text.indexOf(`\n## ${heading}`)
  const head = `${line(columns)}\n|${'---|'.repeat(columns.length)}\n`
  const table = from < 0 ? -1 : text.indexOf(head, from)
  if (table < 0)
    throw new Error(`bench/results.md has no section "${heading}" with the columns ${line(columns)}`)
  const begin = table + head.length
  const found = text.indexOf('\n\n', begin - 1)
  const end = found < 0 ? text.length : found + 1
  const lines = text
    .slice(begin, end)
    .split('\n')
    .filter((row) => row !== '')
  for (const row of rows) {
    const start = `${line(row.slice(0, keys)).slice(0, -1)}`
    const at = lines.findIndex((old) => old.startsWith(start))
    if (at < 0) lines.push(line(row))
    else lines[at] = line(row)
  }
  await writeFile(file, `${text.slice(0, begin)}${lines.map((row) => `${row}\n`).join('')}${text.slice(end)}`)
}

const line = (cells: readonly Cell[]) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`
