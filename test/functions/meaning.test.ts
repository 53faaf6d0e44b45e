import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const rows = (count: number, row: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n')

const wide = ['9007199254740992', '9007199254740993']

test.each([
  ['CSV', `a,y\n${rows(60, (i) => `${i % 2},${wide[i % 2]}`)}\n`],
  ['JSON lines', rows(60, (i) => `{"a":${i % 2},"y":${wide[i % 2]}}`)],
])('integers beyond 2^53 are classes by their digits: %s', async (_, data) => {
  const result = await worker.train(data, { algorithm: 'decision_tree' })
  expect(result).toMatchObject({ status: 'completed', metrics: { test_accuracy: 1 } })
  expect(JSON.stringify(result)).toContain('"9007199254740993"')
  expect(JSON.stringify(result)).toContain('"9007199254740992"')
})

test('true and false in mixed spelling beside a blank cell are two classes', async () => {
  const spellings = ['TRUE', 'False', 'true', 'FALSE', 'True', 'false']
  const data = `a,y\n${rows(60, (i) => `${i % 2},${i === 7 ? '' : spellings[i % 6]}`)}\n`
  const result = await worker.train(data, { algorithm: 'decision_tree' })
  expect(result).toMatchObject({ status: 'completed', metrics: { test_accuracy: 1 } })
  // As pandas' objects True and False, keyed by their codes.
  expect(JSON.stringify(result)).toContain('"1":{"precision":1')
  expect(JSON.stringify(result)).not.toContain('"2":{')
})

test('a class that is called None: the word is named, with its rows and how to keep it', async () => {
  const data = `a,y\n${rows(60, (i) => `${i % 7},${['basic', 'None', 'gold'][i % 3]}`)}\n`
  expect(await worker.train(data, { algorithm: 'decision_tree' })).toMatchObject({
    warnings: expect.arrayContaining([
      expect.stringMatching(
        /^The word "None" counts as a missing value, so 20 rows .*"keep_default_na": false/,
      ),
    ]),
  })
})

test.each<[string, string, string, RegExp]>([
  [
    'continuous',
    'bad_task',
    `kind,a,y\n${rows(30, (i) => `${i % 2 ? 'x' : 'z'},${i},${i}.5`)}`,
    /continuous .* few values are "kind"/,
  ],
  [
    'of one class',
    'bad_target',
    `kind,a,y\n${rows(30, (i) => `${i % 3},${i},1`)}`,
    /only one class.* few values are "kind"/,
  ],
  [
    'an identifier',
    'bad_target',
    `kind,y\n${rows(30, (i) => `${i % 3},id${i}`)}`,
    /different value in every row.* "kind"/,
  ],
])(
  'a default target that is %s: it says so, and names the likely ones',
  async (_, error_code, data, sentence) => {
    const failed = await worker.train(data, { target_column: null })
    expect(failed).toMatchObject({ status: 'failed', error_code })
    expect(failed).toMatchObject({ error: expect.stringMatching(sentence) })
    expect(failed).toMatchObject({ error: expect.stringContaining('because target_column is not given') })
  },
)
