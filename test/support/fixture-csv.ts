import { readFileSync } from 'node:fs'

/** The text of a CSV file of test/fixtures/parity, whose rows are those of other fixtures, too. */
export const fixtureCsv = (name: string) =>
  readFileSync(new URL(`../fixtures/parity/${name}.csv`, import.meta.url), 'utf8')
