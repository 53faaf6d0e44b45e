/** The CSV files of csv-spectrum, of which each has what it means as JSON: every field is read, or what is refused is said. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { JobError } from '../../shared/errors/job-error.ts'
import { readBatches } from '../../shared/tabular/read-batches.ts'

const folder = join(import.meta.dirname, '../fixtures/csv-spectrum')
const names = (await readdir(join(folder, 'csvs'))).map((name) => name.replace('.csv', ''))
const record = z.record(z.string(), z.string())
const records = z.union([z.array(record), record.transform((only) => [only])])

/** Of files that are no table of UTF-8. */
const refused: Readonly<Record<string, RegExp>> = {
  location_coordinates: /^Line 2 of the dataset is not UTF-8 text: name the file's encoding in csv\.encoding/,
}

test.each(names)('%s', async (name) => {
  const expected = records.parse(JSON.parse(await readFile(join(folder, 'json', `${name}.json`), 'utf8')))
  const wanted = Object.keys(expected[0]).map((column) => ({ name: column, kind: 'text' as const }))
  const read = async () => {
    const rows: Record<string, string>[] = []
    for await (const { columns, rows: count } of readBatches(join(folder, 'csvs', `${name}.csv`), wanted)) {
      for (let i = 0; i < count; i++) {
        const fields = columns.map((column) => [
          column.name,
          column.kind === 'text' && column.codes[i] >= 0 ? column.categories[column.codes[i]] : '',
        ])
        rows.push(Object.fromEntries(fields))
      }
    }
    return rows
  }
  const sentence = refused[name]
  if (sentence === undefined) return expect(await read()).toEqual(expected)
  const error = await read().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(JobError)
  expect(error).toMatchObject({ message: expect.stringMatching(sentence) })
})
