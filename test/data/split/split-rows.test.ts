import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SplitOptions } from '../../../shared/data/split/options.ts'
import { splitRows } from '../../../shared/data/split/split-rows.ts'
import type { Column } from '../../../shared/data/table.ts'
import fixture from '../../fixtures/split.json' with { type: 'json' }

const common = { size: z.number(), train: z.array(z.number()), test: z.array(z.number()) }
const splitCase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('random'), rows: z.number(), seed: z.number(), ...common }),
  z.object({ kind: z.literal('ordered'), rows: z.number(), ...common }),
  z.object({ kind: z.literal('stratified'), classes: z.array(z.number()), seed: z.number(), ...common }),
  z.object({ kind: z.literal('group'), groups: z.array(z.number()), seed: z.number(), ...common }),
])
const { cases } = z.object({ cases: z.array(splitCase) }).parse(fixture)

const indices = (count: number) => Int32Array.from({ length: count }, (_, i) => i)
const numbers = (name: string, values: number[]): Column => ({
  name,
  kind: 'number',
  dtype: 'int',
  values: Float64Array.from(values),
})
const texts = (name: string, values: (string | null)[]): Column => {
  const categories = Array.from(new Set(values.filter((value) => value !== null))).sort()
  return {
    name,
    kind: 'text',
    categories,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : categories.indexOf(value))),
  }
}

test(`${cases.length} splits are those of scikit-learn, row by row`, () => {
  for (const each of cases) {
    const { train, test: held } = split(each)
    expect({ train: [...train], test: [...held] }, JSON.stringify(each)).toEqual({
      train: each.train,
      test: each.test,
    })
  }
})

function split(each: z.infer<typeof splitCase>) {
  const { size: test_size } = each
  if (each.kind === 'random') {
    return splitRows({ rows: indices(each.rows), columns: [] }, { test_size, random_state: each.seed })
  }
  if (each.kind === 'ordered') {
    return splitRows({ rows: indices(each.rows), columns: [] }, { test_size, shuffle: false })
  }
  if (each.kind === 'group') {
    const columns = [numbers('patient', each.groups)]
    const rows = indices(each.groups.length)
    return splitRows({ rows, columns }, { test_size, random_state: each.seed, group_column: 'patient' })
  }
  const classes = Int32Array.from(each.classes)
  const target = { classes, labels: Array.from({ length: Math.max(...classes) + 1 }, (_, k) => k) }
  const rows = indices(classes.length)
  return splitRows({ rows, columns: [], target }, { test_size, random_state: each.seed, stratify: true })
}

describe('by time', () => {
  const byTime = (column: Column, rows: number, test_size = 0.4) => {
    const options = { time_column: column.name, test_size }
    const { train, test: held } = splitRows({ rows: indices(rows), columns: [column] }, options)
    return { train: [...train], test: [...held] }
  }

  test('the latest rows are the test rows; rows of one time keep their order', () => {
    expect(byTime(numbers('year', [2020, 2018, 2020, 2019, 2018]), 5)).toEqual({
      train: [1, 4, 3],
      test: [0, 2],
    })
  })

  test('ISO 8601 texts are ordered by the time that they name, not by their letters', () => {
    const times = texts('at', [
      '2026-01-02T00:30:00+02:00',
      '2026-01-01T23:00:00Z',
      '2026-01-01',
      '2026-01-01 23:59:59.5',
      '2025-12',
    ])
    // 22:30, 23:00, 00:00, 23:59:59.5 and the month before, in UTC.
    expect(byTime(times, 5)).toEqual({ train: [4, 2, 0], test: [1, 3] })
  })

  test.each([
    ['12/31/2026', /"12\/31\/2026" in data row 2, which is not a date/],
    ['2026-02-30', /"2026-02-30" in data row 2, which is not a date/],
    [null, /has no value in data row 2/],
  ])('%s is refused', (value, sentence) => {
    expect(() => byTime(texts('at', ['2026-01-01', value, '2026-01-03']), 3)).toThrow(sentence)
  })
})

describe('rows that cannot be split so', () => {
  const columns = [numbers('patient', [1, 1, 1, 1, 1, 1]), texts('site', ['a', 'b', null, 'a', 'b', 'a'])]
  const target = { classes: Int32Array.of(0, 0, 0, 0, 0, 1), labels: ['no', 'yes'] }
  test.each<[SplitOptions, RegExp]>([
    [{ test_size: 6 }, /split.test_size is 6, but there are only 6 rows/],
    [{ test_size: 0.99 }, /nothing would be left to train on/],
    [{ group_column: 'patient' }, /split.group_column "patient" has only 1 group/],
    [{ group_column: 'site' }, /split.group_column "site" has no value in data row 3/],
    [{ group_column: 'pateint' }, /no such column \(did you mean "patient"\?\)/],
    [{ time_column: 'when' }, /split.time_column is "when", but the dataset has no such column/],
    [{ stratify: true }, /at least two rows of each class, and the class "yes" has 1 row/],
  ])('%j', (options, sentence) => {
    expect(() => splitRows({ rows: indices(6), columns, target }, options)).toThrow(sentence)
  })

  test('with stratify both parts need a row for each class', () => {
    const many = { classes: Int32Array.of(0, 0, 1, 1, 2, 2), labels: [0, 1, 2] }
    expect(() =>
      splitRows({ rows: indices(6), columns: [], target: many }, { stratify: true, test_size: 2 }),
    ).toThrow('split.stratify needs as many test rows as there are classes (3), and there would be 2')
  })
})
