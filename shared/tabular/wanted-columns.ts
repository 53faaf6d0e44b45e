import { missingColumns } from '../data/missing-columns.ts'

/** A column that is wanted, and as what: the data's other columns are not kept. */
export type WantedColumn = {
  readonly name: string
  readonly kind: 'number' | 'text'
  /** Texts that are values of this column, though elsewhere they stand for a missing one: None, NA. */
  readonly values?: ReadonlySet<string>
}

/** The wanted columns, or which they are of a file with columns of these names. */
export type Wanted = readonly WantedColumn[] | ((names: readonly string[]) => readonly WantedColumn[])

/** @throws JobError that names the wanted columns which are not there. */
export function checkColumns(names: readonly string[], wanted: readonly WantedColumn[]): void {
  const there = new Set(names)
  if (wanted.every(({ name }) => there.has(name))) return
  throw missingColumns(
    wanted.map(({ name }) => name),
    names,
  )
}
