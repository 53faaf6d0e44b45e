import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { dateFeatures, dateParts, expandDates, partsOf } from '../../shared/data/dates.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'

/** What pandas makes of it (test/fixtures/dates.py). */
const fixture = z
  .object({ texts: z.array(z.string()), parts: z.record(z.enum(dateParts), z.array(z.int())) })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/dates.json', import.meta.url), 'utf8')))

test.each(dateParts)('the %s of dates is that of pandas', async (part) => {
  const { columns } = await tableFromRecords(fixture.texts.map((at) => ({ at })))
  const [found] = partsOf(columns[0], { name: 'at', parts: [part] }, 0)
  expect(found).toMatchObject({ name: `at_${part}`, dtype: 'int' })
  expect(Array.from(found.values)).toEqual(fixture.parts[part])
})

test('a missing date has missing parts', async () => {
  const { columns } = await tableFromRecords([{ at: '2026-01-31' }, { at: null }])
  const [month] = partsOf(columns[0], { name: 'at', parts: ['month'] }, 0)
  expect(Array.from(month.values)).toEqual([1, Number.NaN])
})

test('a part whose name another column has is refused', async () => {
  const { columns } = await tableFromRecords([{ at: '2026-01-31', at_month: 1 }])
  expect(() => expandDates([...columns], dateFeatures(['at']))).toThrow(
    'date_columns makes the feature "at_month", and the dataset has a column of that name: leave that column or this part out.',
  )
})

test('an error in a later batch names the row of the file', async () => {
  const { columns } = await tableFromRecords([{ at: '2026-01-31' }, { at: 'soon' }])
  expect(() => partsOf(columns[0], { name: 'at', parts: ['month'] }, 1000)).toThrow(
    'The date column "at" has "soon" in data row 1002, which is not a date',
  )
})
