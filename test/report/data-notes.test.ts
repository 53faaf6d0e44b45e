import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomState } from '../../shared/data/random.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import { summarizeData } from '../../shared/report/data-summary.ts'

const ROWS = 240

/** The notes on a table with a column `x` of these values, in turn, beside a number and a target of two classes. */
async function notesOn(values: readonly unknown[], target?: readonly unknown[]): Promise<string[]> {
  const { double } = randomState(7)
  const records = Array.from({ length: ROWS }, (_, i) => ({
    other: double(),
    x: values[i % values.length],
    target: target === undefined ? Number(double() < 0.5) : target[i % target.length],
  }))
  return summarizeData(await tableFromRecords(records), 'target').findings
}

describe('numbers in disguise', () => {
  test.each([
    [['45.2%', '7%', '100%', '3.5 %'], 'take signs and units away'],
    [['$1,234.00', '$12.50', '-$7', '($8.00)'], 'take signs and units away'],
    [['12 kg', '7kg', '3.5 kg'], 'take signs and units away'],
    [['90K', '1.5M', '3K'], 'take signs and units away'],
    [['€ 9,50', '€ 10,00', '12,00 €'], 'take signs and units away'],
    [['−3', '4', '−7.5', '1'], 'take signs and units away'],
    [['1,234', '12,345', '1,234,567'], 'csv: {"thousands": ","}'],
    [['9,50', '10,25', '0,5'], 'csv: {"decimal": ","}'],
    [['1.5', '2', '3'], 'write them without quotes'],
    [['1,23,456.5', '12,34,567', '1,234'], 'csv: {"thousands": ","}'],
    [['="1.5"', '="2"', '="-3"'], 'take signs and units away'],
    [["'1.5", "'2", "'-3"], 'take signs and units away'],
    [['1.5-', '2-', '3.25-'], 'take signs and units away'],
    [['1.5D+03', '2.5D-01', '3.D+00'], 'take signs and units away'],
    [['１．５', '２', '−３'.replace('−', '-')], 'take signs and units away'],
    [['١٢', '٣٫٥', '٧'], 'take signs and units away'],
    [['<5', '17', '>90', '6', '90+', '~12'], 'take signs and units away'],
    [['1/4', '3/4', '1 1/2', '2½'], 'take signs and units away'],
    [['0x1F', '0xa0', '0xff'], 'take signs and units away'],
    [['1_000', '12_000', '250_000'], 'take signs and units away'],
    [['1:30', '12:05', '100:59', '0:01:30.5'], 'take signs and units away'],
    [['2h 30m', '1h 5m', '1d 3h'], 'take signs and units away'],
    [['5\'11"', "6'", "5'2"], 'take signs and units away'],
    [['1.5x10^3', '2x10^4', '3 x 10^5'], 'take signs and units away'],
  ])('%j', async (values, remedy) => {
    const notes = await notesOn(values)
    expect(notes).toEqual([
      expect.stringContaining('The column "x" is treated as text, but all of its values'),
    ])
    expect(notes[0]).toContain(remedy)
  })
  test('the share that looks so is told, and what to do about the others', async () => {
    expect(await notesOn(['1%', '2%', '3%', '4%', '5%', '6%', 'many'])).toEqual([
      'The column "x" is treated as text, but 85.8 % of its values look like numbers ("1%" for one): to have them read as numbers, take signs and units away, and write plain numbers such as -1234.5. Where "many" (34 rows) stands for a missing value, send csv: {"na_values": ["many"]} or leave these cells empty.',
    ])
    expect(await notesOn(['1', '2', '3', '4', '5', '6', '#DIV/0!'])).toEqual([
      expect.stringMatching(
        /\("1" for one\)\. Where "#DIV\/0!" \(34 rows\) stands for a missing value, send csv: \{"na_values": \["#DIV\/0!"\]\} or leave these cells empty\.$/,
      ),
    ])
  })
  test.each([
    [['1st', '2nd', '3rd', '4th']],
    [['171a', '171b', '172a', '173c']],
    [['4WD', '2WD']],
    [['10-19', '20-29', '30-39']],
    [['1.2.3', '1.2.4', '2.0.0']],
    [['A1', 'B2', 'C3', 'D4']],
    [['red', '12%', 'blue', 'green']],
    [['..', '...', '....']],
    [['0-9', '10-19', '20-29', '30+']],
  ])('not %j', async (values) => {
    expect(await notesOn(values)).toEqual([])
  })
})

test.each([
  [['2024-01-02', '2024-01-03', '2023-12-31']],
  [['1/12/63', '28/2/64', '3/4/65']],
  [['Apr 1 2000', 'May 12, 2001', 'December 3 2002']],
  [['2024-01-02T10:00:00Z', '2024-01-02 11:00', '2024-02-02']],
])('dates as text: %j', async (values) => {
  expect(await notesOn(values)).toEqual([expect.stringMatching(/^The column "x" holds dates as text/)])
})

test.each([
  [
    ['2024-01-02', '2/1/2024', '3.4.2024'],
    'so write all as 2026-01-31 ("2/1/2024" is not) and send date_columns',
  ],
  [['2024Q1', '2024Q2', '2024Q3'], 'so write all as 2026-01-31 ("2024Q1" is not) and send date_columns'],
  [['5 Jan 2024', 'Jan 7, 2024', '2024/02/03'], 'when predicting, so send date_columns: ["x"]'],
])('what to do about dates: %j', async (values, remedy) => {
  expect(await notesOn(values)).toEqual([expect.stringContaining(remedy)])
})

test('days that are written as one number', async () => {
  expect(await notesOn([20240131, 20240201, 19991231])).toEqual([
    'The column "x" holds days as numbers (20240131 for one), in which the last day of a month is far from the next one: write them as 2024-01-31 and send date_columns: ["x"].',
  ])
  expect(await notesOn([20240131, 20240201, 20249931])).toEqual([])
})

describe('numbers that may stand for missing values', () => {
  test('are told', async () => {
    expect(await notesOn([1, 2, 5, -999, 3])).toEqual([
      '"x" has -999 in 48 rows, far from its other numbers (1 to 5): if it stands for a missing value, send csv: {"na_values": ["-999"]} or leave these cells empty.',
    ])
    expect(await notesOn([1, 2, 5, 97, 3, 99])).toEqual([
      expect.stringContaining(
        '"x" has 97, 99 in 80 rows, far from its other numbers (1 to 5): if they stand',
      ),
    ])
  })
  test.each([[[1, 50, 99, 70]], [[9999, 10_500, 8000, 12_000]], [[0, 99]], [[1.5, 2.5, 3.5]]])(
    'not %j, where they are like the others',
    async (values) => {
      expect(await notesOn(values)).toEqual([])
    },
  )
})

test('pairs of alleles, months of a year and the row names of R are no numbers and no lists', async () => {
  expect(await notesOn(['1/1', '1/2', '2/2', '1/3'])).toEqual([])
  expect(await notesOn(['11/86', '12/86', '1/87'])).toEqual([])
  expect(await notesOn(['[1,]', '[2,]', '[3,]'])).toEqual([])
})

test('years that differ in every row are no identifiers, as other whole numbers are that count up', async () => {
  const { double } = randomState(5)
  const records = Array.from({ length: 60 }, (_, i) => ({
    'Crop.Year': 1900 + i,
    lab: 1900 + i,
    year_id: 7 * i,
    y: Number(double() < 0.5),
  }))
  expect(summarizeData(await tableFromRecords(records), 'y').findings).toEqual([
    '"lab" has a different value in every row, as an identifier has: if it is one, it says nothing about new rows, so leave it out.',
    expect.stringMatching(/^"year_id" has a different value in every row/),
  ])
})

test('a column that is right in the few rows of a rare class is no leak', async () => {
  const told = async (rare: number) => {
    const records = Array.from({ length: 60 }, (_, i) => ({
      x: i < rare ? 1000 + i / 8 : i / 8,
      y: Number(i < rare),
    }))
    return summarizeData(await tableFromRecords(records), 'y').findings
  }
  expect((await told(30)).some((note) => /leak suspected/.test(note))).toBe(true)
  expect((await told(6)).some((note) => /leak suspected/.test(note))).toBe(false)
})

test('a column that tells a target of numbers', async () => {
  const { double } = randomState(3)
  const records = Array.from({ length: ROWS }, () => {
    const celsius = 40 * double()
    return { other: double(), near: celsius + 8 * double(), fahrenheit: 1.8 * celsius + 32, celsius }
  })
  expect(summarizeData(await tableFromRecords(records), 'celsius', 'regression').findings).toEqual([
    expect.stringMatching(/^"fahrenheit" alone tells the target, with an R² of 0\.99\d\d \(leak suspected\)/),
  ])
})

test('texts that look alike are told with their code points', async () => {
  const [accents] = await notesOn(['caf\u00e9', 'cafe\u0301', 'tea'])
  expect(accents).toContain('(U+0065 U+0301 at character 4, 80 rows)')
  expect(accents).toContain('(U+00E9 at character 4, 80 rows)')
  expect(await notesOn(['a-b', 'a\u2013b', 'c'])).toEqual([
    expect.stringContaining('"a-b" (80 rows) and "a–b" (80 rows)'),
  ])
  expect(await notesOn(['New York', 'New\u00a0York', 'Rome'])).toEqual([
    expect.stringContaining('(U+00A0 at character 4, 80 rows)'),
  ])
})

test('words that differ only by case, blanks, marks or a final dot, as categories and as classes', async () => {
  expect(await notesOn(['Yes', 'yes', 'No', ' No', 'Maybe'])).toEqual([
    'Categories of "x" differ only by case, blanks, marks or a final dot: " No" (48 rows) and "No" (48 rows); "Yes" (48 rows) and "yes" (48 rows). If they mean the same, write them alike.',
  ])
  expect(await notesOn(['a', 'b'], ['Inc', 'Inc.', 'Ltd', 'Ltd', 'Ltd', 'Inc', 'Ltd'])).toEqual([
    expect.stringMatching(
      /^Classes of "target" differ only by .*"Inc" \(\d+ rows\) and "Inc\." \(\d+ rows\)/,
    ),
  ])
})

test.each([[[{ a: 1 }, { a: 2 }, { b: [] }]], [[[1, 2], [3], []]]])(
  'objects and lists, of JSON: %j',
  async (values) => {
    expect(await notesOn(values)).toEqual([expect.stringContaining('The column "x" holds lists or objects')])
  },
)

test('a target of dates', async () => {
  const notes = await notesOn([1, 2], ['2024-01-01', '2024-01-02', '2024-01-03'])
  expect(notes).toContainEqual(
    expect.stringContaining('no other date can be predicted, so give numbers instead'),
  )
})

test('a sign for missing', async () => {
  expect(await notesOn(['?', 'a', 'b'])).toEqual([expect.stringContaining('"x" has "?" in 80 rows')])
  expect(await notesOn(['what?', 'a', 'b'])).toEqual([])
})

test('a measured target, and that it was taken by default', async () => {
  const { randint } = randomState(1)
  const records = Array.from({ length: 200 }, () => ({ x: randint(3), price: 100 + randint(5000) }))
  const table = await tableFromRecords(records)
  const measured = /"price" looks measured, with 1\d\d different numbers in 200 rows/
  expect(summarizeData(table, 'price').findings).toEqual([expect.stringMatching(measured)])
  const [note] = summarizeData(table, undefined).findings
  expect(note).toMatch(measured)
  expect(note).toMatch(/^The last column was taken as target, as target_column was not given/)
})

test('a measured target of numbers in disguise', async () => {
  const records = Array.from({ length: 200 }, (_, i) => ({ x: i % 3, price: `$${100 + (i % 150)}` }))
  const { findings } = summarizeData(await tableFromRecords(records), 'price')
  expect(findings[0]).toMatch(/looks measured.* write plain numbers and send "task": "regression"/)
})

test('numbers as names, and names that differ only by case', async () => {
  const notes = async (...names: string[]) => {
    const { double } = randomState(3)
    const records = Array.from({ length: 50 }, (_, i) =>
      Object.fromEntries([...names.map((name) => [name, double()]), ['y', i % 2]]),
    )
    return summarizeData(await tableFromRecords(records), 'y').findings
  }
  expect(await notes('5.1', '3.5', '1.4')).toEqual([
    expect.stringMatching(/^The first line was taken as header, but 3 of its 4 names are numbers/),
  ])
  expect(await notes('0.0', '1.0', '2.0', '3.0')).toEqual([])
  expect(await notes('Age', 'age ', 'b')).toEqual([expect.stringContaining('"Age", "age "')])
})

test('integers beyond 2^53: one value only where it is one, lost digits only where some are lost', async () => {
  const ids = (step: bigint) => Array.from({ length: 40 }, (_, i) => 9007199254740993n + step * BigInt(i))
  expect(await notesOn([9007199254740993n])).toEqual([
    expect.stringMatching(/^"x" has the same value in every/),
  ])
  expect(await notesOn([9007199254740993n, 9007199254740992n])).toEqual([
    expect.stringMatching(/^The column "x" has integers beyond 2\^53 \(9007199254740993 for one\)/),
  ])
  expect(await notesOn(ids(1n))).toEqual([expect.stringMatching(/whose last digits are lost/)])
  expect(await notesOn(ids(2n).map((id) => id - 1n))).toEqual([])
})

test('at most ten notes, the most important first', async () => {
  const { double } = randomState(3)
  const records = Array.from({ length: 100 }, (_, i) => ({
    ...Object.fromEntries(
      Array.from({ length: 5 }, (__, j) => [`day${j}`, `2024-01-${10 + ((i + j) % 19)}`]),
    ),
    ...Object.fromEntries(Array.from({ length: 7 }, (__, j) => [`rate${j}`, `${(i * 7 + j) % 23}%`])),
    ...Object.fromEntries(Array.from({ length: 5 }, (__, j) => [`same${j}`, j])),
    ...Object.fromEntries(Array.from({ length: 5 }, (__, j) => [`id${j}`, 1000 + i])),
    y: double() < 0.5 ? 'Yes' : double() < 0.5 ? 'yes' : 'no',
  }))
  const { findings } = summarizeData(await tableFromRecords(records), 'y')
  expect(findings.length).toBe(10)
  expect(findings[0]).toMatch(/^Classes of "y" differ only by/)
  expect(findings.filter((note) => /^The column "rate/.test(note)).length).toBe(5)
  expect(findings).toContain('2 more text columns look like numbers: "rate5", "rate6".')
  expect(findings.at(-1)).toBe('13 more notes on the data, less important than these, were left out.')
})

test('a note is said if and only if its condition holds', async () => {
  const word = fc.constantFrom(
    'a',
    'A',
    'a ',
    'b',
    'b.',
    'c',
    'D',
    '?',
    '7',
    '8 kg',
    '9 kg',
    '10 kg',
    '2024-01-02',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 12 }), async (words) => {
      const notes = await notesOn(words)
      const said = (text: string) => notes.some((note) => note.includes(text))
      const different = new Set(words)
      const plain = (text: string) => text.trim().replace(/\.$/, '').toLowerCase()
      const leaks = said('leak suspected')
      expect(said('same value in every row')).toBe(different.size === 1)
      if (leaks || different.size === 1) return
      // Among numbers in disguise the note on those names it.
      const isNamed = said('"x" has "?" in') || notes.some((note) => /\. Where .*"\?"/.test(note))
      expect(isNamed).toBe(different.has('?') && different.size >= 3)
      const like = words.filter((text) => /^\d+( kg)?$/.test(text))
      const isDisguised = new Set(like).size >= 3 && like.length >= 0.8 * words.length
      const numerals = new Set(like.filter((text) => text.endsWith('kg')))
      if (numerals.size >= 3) expect(said('is treated as text')).toBe(isDisguised)
      if (!said('is treated as text')) {
        expect(said('Categories of "x"')).toBe(new Set(Array.from(different, plain)).size < different.size)
      }
    }),
    { numRuns: 150 },
  )
})

test('a column of dates whose parts are features is no reason for a note', async () => {
  const records = Array.from({ length: 40 }, (_, k) => ({
    day: `2026-01-${String((k % 28) + 1).padStart(2, '0')}`,
    y: k % 2 === 0 ? 'a' : 'b',
  }))
  const table = await tableFromRecords(records)
  expect(summarizeData(table, 'y').findings).toEqual([expect.stringContaining('holds dates as text')])
  expect(summarizeData(table, 'y', 'classification', ['day']).findings).toEqual([])
})
