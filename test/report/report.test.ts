import { describe, expect, test } from 'vitest'
import { randomState } from '../../shared/data/random.ts'
import type { Table } from '../../shared/data/table.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import { confusionMatrix } from '../../shared/evaluation/confusion-matrix.ts'
import { summarizeData } from '../../shared/report/data-summary.ts'
import { describeModel } from '../../shared/report/describe-model.ts'
import { html, shown } from '../../shared/report/html.ts'
import { reportPage } from '../../shared/report/page.ts'
import { reportDataSchema } from '../../shared/report/report-data.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { type ParitySet, parityCsv } from '../support/parity-set.ts'
import { hostileLabels, hostileNames, hostileRecords } from './hostile.ts'
import { describeFit, manifest } from './train-report.ts'

const MEGABYTE = 1e6
const parityTable = async (name: ParitySet) => (await readTable(parityCsv(name))).table

/** The names of the elements that a page has, outside its style. */
function elementsOf(page: string): Set<string> {
  return new Set(
    Array.from(page.replace(/<style>.*?<\/style>/s, '').matchAll(/<\/?([^\s>/]+)/g), ([, name]) => name),
  )
}

describe('text from the data', () => {
  test('is escaped in a page, once', () => {
    const part = html`<b title="${'"x"'}">${"<i> & 'y'"}</b>`
    expect(html`<p>${part}${[part]}</p>`.markup).toBe(
      `<p>${'<b title="&quot;x&quot;">&lt;i&gt; &amp; &#39;y&#39;</b>'.repeat(2)}</p>`,
    )
  })
  test.each([
    ['a\r\nb\nc', 'a⏎b⏎c'],
    ['a\u0000b\tc', 'a�b�c'],
    ['\u202eabc', '�abc'],
    ['\ud800', '�'],
    [' ', '(empty)'],
    ['x'.repeat(41), `${'x'.repeat(39)}…`],
    ['😀'.repeat(40), '😀'.repeat(40)],
  ])('%j is shown as %j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })
  test('in names, labels and values adds no element to the page', async () => {
    const plain = await tableFromRecords(
      hostileRecords(
        (name) => `x${hostileNames.indexOf(name)}`,
        (k) => `y${k}`,
      ),
    )
    const hostile = await tableFromRecords(
      hostileRecords(
        (name) => name,
        (k) => hostileLabels[k],
      ),
    )
    for (const algorithm of ['logistic_regression', 'decision_tree'] as const) {
      const pages = []
      for (const table of [plain, hostile]) {
        const { report, manifest } = await describeFit({ ...table, columns: [...table.columns] }, algorithm)
        const name = table === hostile ? hostileNames[0] : 'a name'
        pages.push(await reportPage({ ...manifest, model_name: name, warnings: [name] }, report))
      }
      const [expected, actual] = pages.map(elementsOf)
      expect(actual).toEqual(expected)
      expect(pages[1]).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(pages[1]).not.toMatch(/<[^>]*\son\w+=/)
    }
  })
})

describe('the same job', () => {
  test.each(['random_forest', 'svm', 'dnn'] as const)(
    'has the same report, byte for byte: %s',
    async (algorithm) => {
      const draw = async () => {
        const { report, manifest } = await describeFit(await parityTable('wine'), algorithm)
        return reportPage(manifest, reportDataSchema.parse(JSON.parse(JSON.stringify(report))))
      }
      expect(await draw()).toBe(await draw())
    },
  )
})

describe('a report stays below 2 MB and says what it leaves out', () => {
  test('with 2,000 classes', async () => {
    const classCount = 2000
    const rows = 3 * classCount
    const random = randomState(1)
    const actual = Int32Array.from({ length: rows }, (_, i) => i % classCount)
    const classes = actual.map((k) => (random.double() < 0.7 ? k : random.randint(classCount)))
    const probabilities = new Float64Array(rows * classCount)
    classes.forEach((k, i) => {
      probabilities[i * classCount + k] = random.double()
    })
    const { report } = await describeFit(await parityTable('iris'), 'decision_tree')
    const label = (k: number) => `class ${k} ${'of a long name '.repeat(20)}`
    const many = describeModel({
      data: report.data,
      evaluated: {
        confusion: confusionMatrix(actual, classes, classCount),
        classCount,
        actual,
        prediction: { classes, probabilities },
        trainTarget: actual,
        label,
      },
      explained: {
        algorithm: 'logistic_regression',
        model: {
          classCount,
          featureCount: 2,
          coefficients: new Float64Array(2 * classCount).fill(0.5),
          intercepts: new Float64Array(classCount),
          link: 'softmax',
          iterations: 1,
        },
        featureNames: ['a', 'b'],
        test: { features: { rows: 0, columns: 2, values: new Float64Array() }, target: actual },
        predict: () => ({ classes }),
      },
      preparation: { features: [], target: { name: 'y', dtype: 'int', classes: [] } },
    })
    const page = await reportPage(manifest, many)
    expect(page.length).toBeLessThan(0.5 * MEGABYTE)
    expect(page).toContain('and 1,950 more')
    expect(page).toContain('The 20 largest of 2,000 classes')
    expect(many.evaluation.confusion.counts.flat().reduce((sum, count) => sum + count)).toBe(rows)
  })
  test.each(['decision_tree', 'logistic_regression', 'dnn'] as const)(
    'with 5,000 features: %s',
    async (algorithm) => {
      const random = randomState(2)
      const rows = 60
      const table: Table = {
        rows,
        columns: Array.from({ length: 5001 }, (_, j) => ({
          name: `${'a long name '.repeat(10)}${j}`,
          kind: 'number',
          dtype: 'int',
          values: Float64Array.from({ length: rows }, () => random.randint(j === 5000 ? 2 : 30)),
        })),
      }
      const { report, manifest } = await describeFit(
        table,
        algorithm,
        algorithm === 'dnn' ? { epochs: 1 } : {},
      )
      const page = await reportPage(manifest, report)
      expect(JSON.stringify(report).length).toBeLessThan(0.5 * MEGABYTE)
      expect(page.length).toBeLessThan(0.5 * MEGABYTE)
      expect(page).toContain('The first 30 columns, and 4,971 more.')
      expect(page).toContain(algorithm === 'dnn' ? 'would take too long' : 'and 4,980 more.')
    },
  )
})

describe('what looks wrong with the data', () => {
  const findings = async (record: (i: number, draw: () => number) => Record<string, unknown>) => {
    const { double } = randomState(5)
    const records = Array.from({ length: 400 }, (_, i) => record(i, double))
    return summarizeData(await tableFromRecords(records), 'target').findings
  }
  test.each<[string, (target: number, draw: () => number) => unknown]>([
    ['the target under another name', (target) => ['no', 'maybe', 'yes'][target]],
    ['numbers that follow from it', (target, draw) => 10 * target + draw()],
    [
      'a date that only one class has',
      (target, draw) => (target === 0 ? null : `2026-${target}-${Math.floor(draw() * 9)}`),
    ],
  ])('a column that alone tells the target: %s', async (_, leak) => {
    const found = await findings((__, draw) => {
      const target = Math.floor(draw() * 3)
      return { x: draw(), leak: leak(target, draw), target }
    })
    expect(found).toEqual([expect.stringMatching(/^"leak" alone tells the target in \d/)])
  })
  test('identifiers, by number and by text', async () => {
    const found = await findings((i, draw) => ({
      id: 1000 + i,
      name: `person ${i}`,
      income: Math.floor(draw() * 1e9),
      target: draw() < 0.5,
    }))
    expect(found).toEqual([
      expect.stringMatching(/^"id" has a different value in every row/),
      expect.stringMatching(/^"name" has a different value in every row/),
    ])
  })
  test('a column of one value, and uneven classes', async () => {
    const found = await findings((i, draw) => ({
      x: draw(),
      same: 7,
      target: i % 20 === 0 ? 'rare' : 'common',
    }))
    expect(found).toEqual([
      expect.stringMatching(/^The classes of "target" are uneven: the largest has 380 rows, the smallest 20/),
      expect.stringMatching(/^"same" has the same value in every row/),
    ])
  })
  test.each(['iris', 'wine', 'breast_cancer', 'mixed'] as const)('nothing in %s', async (name) => {
    expect(summarizeData(await parityTable(name), null).findings).toEqual([])
  })
  test('missing values are counted', async () => {
    const table = await tableFromRecords([
      { x: 1, y: 'a', target: 'p' },
      { x: null, y: null, target: 'q' },
      { x: 3, y: null, target: null },
    ])
    const { columns, columnsWithMissing } = summarizeData(table, undefined)
    expect(columns.map(({ name, missing }) => [name, missing])).toEqual([
      ['target', 1],
      ['x', 1],
      ['y', 2],
    ])
    expect(columnsWithMissing).toBe(3)
  })
})

test('a model that is no better than always the same answer is called a failed one', async () => {
  const random = randomState(3)
  const records = Array.from({ length: 200 }, () => ({ x: random.double(), target: random.randint(2) }))
  const { report, manifest } = await describeFit(await tableFromRecords(records), 'svm', { C: 1e-4 })
  expect(await reportPage(manifest, report)).toContain(
    'Failed quality: no better than always giving the same answer.',
  )
})

test('a small tree asks in the data’s own units', async () => {
  const { report } = await describeFit(await parityTable('iris'), 'decision_tree', { max_depth: 1 })
  expect(report.tree).toMatchObject([
    {
      rows: 120,
      split: { question: expect.stringMatching(/^petal (length \(cm\) ≤ 2\.|width \(cm\) ≤ 0\.[78])/) },
    },
    { label: 'setosa', share: 1 },
    { rows: expect.any(Number) },
  ])
  expect((await describeFit(await parityTable('mixed'), 'decision_tree')).report.tree).toBeUndefined()
})

test('shuffling finds the feature that matters, the same one as the forest', async () => {
  const random = randomState(4)
  const records = Array.from({ length: 300 }, () => {
    const x = random.double()
    return { noise: random.double(), signal: x, other: random.double(), target: x > 0.4 ? 'high' : 'low' }
  })
  for (const algorithm of ['random_forest', 'svm', 'dnn', 'logistic_regression'] as const) {
    const { report } = await describeFit(await tableFromRecords(records), algorithm)
    expect(report.importances.features[0].name).toBe('signal')
  }
})
