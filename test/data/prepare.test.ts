import { describe, expect, test } from 'vitest'
import { applyPreparation } from '../../shared/data/apply-preparation.ts'
import { matrixColumns } from '../../shared/data/matrix-columns.ts'
import { classLabel } from '../../shared/data/preparation.ts'
import { prepare, prepareAndRelease } from '../../shared/data/prepare.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { expected, parityCsv, paritySets } from '../support/parity-set.ts'

describe.each(paritySets)('%s is prepared as scikit-learn prepares it', (name) => {
  test('test rows, classes, mean and scale', async () => {
    const want = expected(name)
    const { table } = await readTable(parityCsv(name))
    const { preparation, test: held } = prepare(table, { target: want.target, keepMissing: false })
    expect(Array.from(held.rows)).toEqual(want.test_rows)
    expect(preparation.features.map((feature) => feature.name)).toEqual(want.features)
    if (want.classes !== null) expect(preparation.target.classes).toEqual(want.classes)
    matrixColumns(preparation.features).forEach((feature, j) => {
      expect(Math.abs(feature.mean - want.scaler_mean[j])).toBeLessThanOrEqual(
        1e-12 * Math.max(1, Math.abs(feature.mean)),
      )
      expect(Math.abs(feature.scale - want.scaler_scale[j])).toBeLessThanOrEqual(
        1e-12 * Math.max(1, feature.scale),
      )
    })
  })

  test('the stored preparation gives the raw rows the same features', async () => {
    const { table } = await readTable(parityCsv(name))
    const { preparation, test: held } = prepare(table, { keepMissing: false, target: expected(name).target })
    const stored = JSON.parse(JSON.stringify(preparation))
    const all = applyPreparation(stored, table)
    for (let j = 0; j < all.columns; j++) {
      for (let i = 0; i < held.rows.length; i++) {
        expect(all.values[j * all.rows + held.rows[i]]).toBe(held.features.values[j * held.features.rows + i])
      }
    }
  })
})

describe('missing values', () => {
  const records = [
    ...Array.from({ length: 10 }, (_, i) => ({ size: i, colour: i % 2 ? 'red' : 'blue', grade: i % 2 })),
    { size: null, colour: null, grade: 1 },
    { size: 3, colour: 'red', grade: null },
  ]
  test('are a category in text, the training mean in numbers, and left out in the target, each said in a warning', async () => {
    const {
      preparation,
      train,
      test: held,
      warnings,
    } = prepare(await tableFromRecords(records), { keepMissing: false })
    expect(train.features.rows + held.features.rows).toBe(11)
    expect(train.features.values.some(Number.isNaN)).toBe(false)
    expect(preparation.features[1]).toMatchObject({
      kind: 'text',
      categories: ['blue', 'red'],
      missingSeen: true,
    })
    expect(warnings).toEqual([
      '1 row without a value in the target column "grade" was left out.',
      expect.stringMatching(
        /^The column "size" has 1 missing value, replaced by the mean of the training rows, [\d.]+\.$/,
      ),
      'The text column "colour" has 1 missing value, treated as a category of their own.',
    ])
  })
  test('stay missing for the trees', async () => {
    const { train, test: held } = prepare(await tableFromRecords(records), { keepMissing: true })
    const values = [...train.features.values, ...held.features.values]
    expect(values.filter(Number.isNaN)).toHaveLength(1)
  })
})

describe('a table that cannot train says why', () => {
  test.each<[string, Record<string, unknown>[], string | undefined, RegExp]>([
    ['no rows', [], undefined, /no rows/],
    ['one column', [{ a: 1 }, { a: 2 }], undefined, /only one column, "a"/],
    [
      'a target that differs invisibly',
      [{ size: 1, 'y\u00a0': 2 }],
      'y',
      /differs invisibly: at character 2 the message has nothing, the data have U\+00A0/,
    ],
    ['a missing target', [{ size: 1, b: 2 }], 'sise', /did you mean "size"/],
    ['one class', [1, 2, 3, 4].map((a) => ({ a, y: 'x' })), undefined, /only one class, "x"/],
    ['all different', [1, 2, 3, 4].map((a) => ({ a, y: a })), undefined, /different value in every row/],
    [
      'all different, nearly all of them numbers',
      Array.from({ length: 40 }, (_, a) => ({ a, y: a === 3 ? 'on request' : `$${a},000` })),
      undefined,
      /To predict its numbers, write plain numbers .* in place of "\$0,000" and leave cells empty .*\("on request"\) and send "task": "regression"\./,
    ],
    [
      'all different, as codes are',
      Array.from({ length: 40 }, (_, a) => ({ a, y: `A-${a}` })),
      undefined,
      /as target_column\. The last column was taken/,
    ],
    [
      'too many classes',
      Array.from({ length: 2200 }, (_, i) => ({ a: i, y: `id${i >> 1}` })),
      undefined,
      /1100 different values, more than the 1000 classes/,
    ],
    ['continuous', [1, 2, 3, 4].map((a) => ({ a, y: a / 8 })), undefined, /continuous numbers/],
    [
      'infinite',
      [1, 2, 3, 4].map((a) => ({ a: a / (a - 2), y: a > 2 })),
      undefined,
      /infinite .* data row 2/,
    ],
  ])('%s', async (_, records, target, sentence) => {
    const table = await tableFromRecords(records)
    expect(() => prepare(table, { target, keepMissing: false })).toThrow(sentence)
  })
})

describe('the column kinds', () => {
  const rows = (y: (i: number) => unknown) => Array.from({ length: 20 }, (_, i) => ({ a: i, y: y(i) }))
  test.each<[string, (i: number) => unknown, string[]]>([
    ['text', (i) => (i % 2 ? 'no' : 'yes'), ['no', 'yes']],
    ['whole numbers', (i) => (i % 2 ? 10 : -1), ['-1', '10']],
    ['booleans', (i) => i % 2 === 1, ['False', 'True']],
    ['floats, as a missing one makes them', (i) => (i === 0 ? null : i % 2), ['0.0', '1.0']],
    ['floats beyond 1e16', (i) => (i === 0 ? null : i % 2 ? 1e16 : 2.5e20), ['1e+16', '2.5e+20']],
  ])('%s are classes that are labelled as Python prints them', async (_, y, labels) => {
    const { preparation } = prepare(await tableFromRecords(rows(y)), { keepMissing: false })
    expect(preparation.target.classes.map((_, k) => classLabel(preparation.target, k))).toEqual(labels)
  })
  test('categories of rows without a target do not count', async () => {
    const records = [...rows((i) => i % 2).map((row) => ({ c: 'x', ...row })), { c: 'gone', a: 1, y: null }]
    const { preparation } = prepare(await tableFromRecords(records), { keepMissing: false })
    expect(preparation.features[0]).toMatchObject({
      categories: ['x'],
      missingSeen: false,
      mean: 0,
      scale: 1,
    })
  })
  test('categories are sorted by code point', async () => {
    const words = ['\u{1f600}', '\uffee', 'a', 'B', 'Ä']
    const records = Array.from({ length: 20 }, (_, i) => ({ c: words[i % 5], y: i % 2 }))
    const { preparation } = prepare(await tableFromRecords(records), { keepMissing: false })
    expect(preparation.features[0]).toMatchObject({ categories: ['B', 'a', 'Ä', '\uffee', '\u{1f600}'] })
  })
})

test('as many warnings as columns are cut short', async () => {
  const records = Array.from({ length: 10 }, (_, i) => ({
    ...Object.fromEntries(Array.from({ length: 50 }, (_, j) => [`c${j}`, i === 0 ? null : i])),
    y: i % 2,
  }))
  const { warnings } = prepare(await tableFromRecords(records), { keepMissing: false })
  expect([warnings.length, warnings.at(-1)]).toEqual([20, '31 more warnings like these were left out.'])
})

test('a table that is released is emptied, and gives the same matrices', async () => {
  const records = Array.from({ length: 30 }, (_, i) => ({ a: i, b: `${i % 4}x`, y: i % 3 }))
  const table = await tableFromRecords(records)
  const kept = prepare(table, { keepMissing: false })
  expect(table.columns).toHaveLength(3)
  expect(prepareAndRelease(table, { task: 'classification', keepMissing: false })).toEqual(kept)
  expect(table.columns).toHaveLength(0)
})

test('a number finds the category that spells it, at best its own', async () => {
  const categories = ['007', '7', '08', 'x']
  const trained = await tableFromRecords(
    Array.from({ length: 20 }, (_, i) => ({ c: categories[i % 4], y: i % 2 })),
  )
  const { preparation } = prepare(trained, { keepMissing: false })
  const codes = applyPreparation(
    preparation,
    await tableFromRecords([{ c: 7 }, { c: 8 }, { c: 9 }, { c: null }]),
  )
  const { mean, scale } = matrixColumns(preparation.features)[0]
  expect(Array.from(codes.values, (value) => Math.round(value * scale + mean))).toEqual([2, 1, -1, -1])
})

test('prediction says which column is missing, and takes numbers for categories that look like numbers', async () => {
  const trained = await tableFromRecords(
    Array.from({ length: 20 }, (_, i) => ({ zone: String(i % 3), x: i, y: i % 2 })),
  )
  const { preparation } = prepare(trained, { keepMissing: false })
  expect(() => applyPreparation(preparation, { rows: 0, columns: [] })).toThrow(
    /lack 2 columns that the model needs: "zone", "x"/,
  )
  const asNumbers = await tableFromRecords([{ x: 4, zone: 1, more: 'ignored' }])
  const asText = await tableFromRecords([{ x: '4', zone: '1' }])
  expect(applyPreparation(preparation, asNumbers).values).toEqual(
    applyPreparation(preparation, asText).values,
  )
})

test('a class that only test rows have is unknown to the model, and said so', async () => {
  const [row] = prepare(await tableFromRecords(Array.from({ length: 20 }, (_, i) => ({ x: i, y: i % 2 }))), {
    keepMissing: false,
  }).test.rows
  const records = Array.from({ length: 20 }, (_, i) => ({
    x: i,
    y: i === row ? 'rare' : i % 2 ? 'odd' : 'even',
  }))
  const {
    preparation,
    train,
    test: held,
    warnings,
  } = prepare(await tableFromRecords(records), { keepMissing: false })
  expect(preparation.target.classes).toEqual(['even', 'odd'])
  expect(Math.max(...train.target)).toBe(1)
  expect(held.target[0]).toBe(-1)
  expect(warnings).toEqual([expect.stringMatching(/^No training row has the class rare/)])
})
