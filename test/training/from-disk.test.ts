/** Data in files are read, prepared and fitted on as in memory: the same table, the same numbers, the same model. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fit, FitContext } from '../../shared/algorithms/algorithm.ts'
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { writtenElsewhere } from '../../shared/data/feature-store.ts'
import { column, zeros } from '../../shared/data/matrix.ts'
import { type PrepareOptions, prepareAndRelease, prepareInto } from '../../shared/data/prepare.ts'
import { randomState } from '../../shared/data/random.ts'
import { reservoir } from '../../shared/data/reservoir.ts'
import type { Task } from '../../shared/data/task.ts'
import { columnOf, createDiskMatrix } from '../../shared/disk/disk-matrix.ts'
import { summarizeData } from '../../shared/report/data-summary.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { readToDisk } from '../../shared/tabular/read-to-disk.ts'
import { fitSample, rowsThatFit } from '../../shared/training/row-sample.ts'
import { trainingData } from '../../shared/training/training-data.ts'
import { done, fitWithPauses, uninterrupted } from '../support/fit.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Rows of all kinds of columns: whole and missing numbers, texts, truth, dates, weights, one value, texts behind numbers. */
function mixedCsv(rows: number, target: 'class' | 'two' | 'number'): string {
  const random = randomState(7)
  const lines = Array.from({ length: rows }, (_, i) => {
    const x = random.double() * 2 - 1
    const whole = random.interval(50)
    const city = ['Oslo', 'Łódź', 'NA', '', '"a, b"'][random.interval(4)]
    const late = i < rows / 2 ? String(whole) : `n${whole}`
    const signal = 2 * x + whole / 25 - 1 + (city === 'Oslo' ? 0.7 : 0)
    const y =
      target === 'number'
        ? (signal + random.double()).toFixed(6)
        : signal + random.double() > 0.9
          ? 'yes'
          : target === 'two' || signal > 0
            ? 'no'
            : 'maybe'
    const gap = random.interval(9) === 0 ? '' : (x * x).toFixed(5)
    return [x, whole, gap, city, x > 0 ? 'TRUE' : 'false', '1', late, 1 + random.interval(3), y].join(',')
  })
  return `x,whole,gap,city,flag,one,late,weight,y\n${lines.join('\n')}\n`
}

const rows = 12_000

async function read(text: string) {
  const path = join(folder, 'data.csv')
  await writeFile(path, text)
  const inMemory = await readTable(path)
  const files = [{ path, name: 'data.csv', constants: {} }]
  const onDisk = await readToDisk(files, join(folder, 'table'), { cacheBytes: 0 })
  return { inMemory: inMemory.table, onDisk }
}

/** Both preparations of the file. */
async function prepareBoth(text: string, options: PrepareOptions & { readonly task: Task }) {
  const { inMemory, onDisk } = await read(text)
  const store = (part: string, count: number, columns: number) =>
    writtenElsewhere(count, createDiskMatrix(join(folder, part), count, columns))
  const disk = prepareInto(store, onDisk.table, options)
  onDisk.close()
  return { memory: prepareAndRelease(inMemory, options), disk }
}

test('the table has the columns and the findings that it has in memory', async () => {
  const { inMemory, onDisk } = await read(mixedCsv(rows, 'class'))
  const plain = onDisk.table.columns.map((column) => ({ ...column }))
  const withoutWords = inMemory.columns.map((column) => {
    if (column.kind === 'number') return { ...column, values: new Float64Array(column.values) }
    const { missingWords: _, ...rest } = column
    return rest
  })
  expect(plain).toEqual(withoutWords)
  expect(summarizeData(onDisk.table, 'y')).toEqual(summarizeData({ rows, columns: withoutWords }, 'y'))
  onDisk.close()
})

const options = { keepMissing: false, target: 'y', weightColumn: 'weight' }
test.each<[string, PrepareOptions & { readonly task: Task }]>([
  ['labels', { ...options, task: 'classification' }],
  ['kept missing values', { ...options, task: 'classification', keepMissing: true }],
  ['one_hot', { ...options, task: 'classification', encoding: 'one_hot' }],
  ['target', { ...options, task: 'classification', encoding: 'target' }],
  ['stratify', { ...options, task: 'classification', split: { stratify: true, test_size: 0.3 } }],
  ['group_column', { ...options, task: 'classification', split: { group_column: 'whole' } }],
])('the prepared numbers are the same to the bit: %s', async (_, how) => {
  const { memory, disk } = await prepareBoth(mixedCsv(rows, 'class'), how)
  expect(disk.preparation).toEqual(memory.preparation)
  expect(disk.warnings).toEqual(memory.warnings)
  expect(disk.train.target).toEqual(memory.train.target)
  expect(disk.train.weights).toEqual(memory.train.weights)
  expect(disk.test.rows).toEqual(memory.test.rows)
  for (const part of ['train', 'test'] as const) {
    for (let j = 0; j < memory[part].features.columns; j++) {
      const [a, b] = [columnOf(memory[part].features, j), columnOf(disk[part].features, j)]
      expect(Buffer.compare(Buffer.from(Float64Array.from(a).buffer), Buffer.from(b.buffer))).toBe(0)
    }
  }
})

type Case = {
  readonly algorithm: AlgorithmName
  readonly target: Parameters<typeof mixedCsv>[1]
  readonly given: Readonly<Record<string, unknown>>
  readonly weightColumn?: string
}
const cases: readonly Case[] = [
  { algorithm: 'logistic_regression', target: 'class', given: {} },
  {
    algorithm: 'logistic_regression',
    target: 'two',
    given: { C: 0.1, class_weight: 'balanced' },
    weightColumn: 'weight',
  },
  { algorithm: 'logistic_regression', target: 'two', given: { solver: 'liblinear', penalty: 'l1' } },
  { algorithm: 'linear_regression', target: 'number', given: {} },
  { algorithm: 'linear_regression', target: 'number', given: { penalty: 'l2', alpha: 10 } },
  { algorithm: 'linear_regression', target: 'number', given: { penalty: 'l1', alpha: 0.01 } },
  { algorithm: 'gradient_boosting', target: 'class', given: { max_iter: 15 } },
  {
    algorithm: 'gradient_boosting',
    target: 'two',
    given: { max_iter: 15, early_stopping: false },
    weightColumn: 'weight',
  },
  {
    algorithm: 'gradient_boosting',
    target: 'two',
    given: { max_iter: 20, early_stopping: true, n_iter_no_change: 3, categorical_features: 'text' },
  },
  {
    algorithm: 'gradient_boosting',
    target: 'number',
    given: { max_iter: 15, loss: 'absolute_error', validation_fraction: null, early_stopping: true },
  },
  {
    algorithm: 'dnn',
    target: 'class',
    given: { epochs: 2, class_weight: 'balanced' },
    weightColumn: 'weight',
  },
  { algorithm: 'dnn', target: 'number', given: { epochs: 2, validation_split: 0.3 } },
]
test.each(cases)(
  '$algorithm of a target "$target" with $given has the same model, also when it is interrupted',
  async ({ algorithm, target, given = {}, weightColumn }) => {
    const task: Task = target === 'number' ? 'regression' : 'classification'
    const estimator = anyEstimatorFor(algorithm, task)
    const keepMissing = estimator.acceptsMissing
    const { memory, disk } = await prepareBoth(mixedCsv(rows, target), {
      target: 'y',
      keepMissing,
      weightColumn,
      task,
    })
    const trainer = estimator.trainer(given)
    const { fromDisk } = trainer
    if (fromDisk === undefined) throw new Error('It cannot.')
    const inMemory: Fit<AnyRestored> = await trainer.fit(trainingData(memory), uninterrupted())
    const expected = done(inMemory)
    const data = trainingData(disk)
    const train = (run: FitContext): Promise<Fit<AnyRestored>> => fromDisk.fit(data, run)
    const found = done(await train(uninterrupted()))
    expect(found.model.model).toEqual(expected.model.model)
    expect(found.warnings).toEqual(expected.warnings)
    const inParts = await fitWithPauses(train)
    expect(inParts.model.model).toEqual(expected.model.model)
  },
)

test('cnn has the same model where each batch is read from a file', async () => {
  const random = randomState(3)
  const pixels = Array.from({ length: 400 }, () => Array.from({ length: 16 }, () => random.interval(255)))
  const lines = pixels.map((row) => [...row, row[5] + row[6] > 255 ? 'a' : 'b'].join(','))
  const text = `${pixels[0].map((_, j) => `p${j}`).join(',')},y\n${lines.join('\n')}\n`
  const task = 'classification'
  const { memory, disk } = await prepareBoth(text, { target: 'y', keepMissing: false, task })
  const trainer = anyEstimatorFor('cnn', task).trainer({ epochs: 2 })
  const inMemory: Fit<AnyRestored> = await trainer.fit(trainingData(memory), uninterrupted())
  const fromDisk: Fit<AnyRestored> | undefined = await trainer.fromDisk?.fit(
    trainingData(disk),
    uninterrupted(),
  )
  expect(fromDisk && done(fromDisk).model.model).toEqual(done(inMemory).model.model)
})

const trees: readonly Case[] = [
  { algorithm: 'decision_tree', target: 'class', given: { max_depth: 4 }, weightColumn: 'weight' },
  { algorithm: 'decision_tree', target: 'number', given: { max_depth: 4 } },
  { algorithm: 'random_forest', target: 'class', given: { n_estimators: 3, max_samples: 0.5 } },
  { algorithm: 'extra_trees', target: 'number', given: { n_estimators: 2, max_depth: 5 } },
]
async function treesOnDisk({ algorithm, target, given, weightColumn }: Case) {
  const task: Task = target === 'number' ? 'regression' : 'classification'
  const how = { target: 'y', keepMissing: true, weightColumn, task }
  const { memory, disk } = await prepareBoth(mixedCsv(3000, target), how)
  const trainer = anyEstimatorFor(algorithm, task).trainer(given)
  const inMemory: Fit<AnyRestored> = await trainer.fit(trainingData(memory), uninterrupted())
  return { trainer, whole: done(inMemory), memory: trainingData(memory), data: trainingData(disk) }
}

test.each(trees)('$algorithm of a target "$target" is that of all rows where they fit', async (about) => {
  const { trainer, whole, data } = await treesOnDisk(about)
  const { rows, columns } = data.features
  const shape = { rows, columns, classCount: 3 }
  expect(rowsThatFit(trainer, shape, 2 ** 30)).toBe(rows)
  const found = done(await fitSample(trainer, data, rows, uninterrupted()))
  expect(found.model.model).toEqual(whole.model.model)
  expect(found.warnings).toEqual(whole.warnings)
})

test('fewer rows that fit are drawn with the seed, said in a warning, and have all classes', async () => {
  const { trainer, data, memory } = await treesOnDisk({ ...trees[0], given: { random_state: 5 } })
  if (data.task === 'regression' || memory.task === 'regression') throw new Error('These are classes.')
  const { rows } = data.features
  const rare = {
    ...data,
    target: Int32Array.from(data.target, (k, i) => (i === rows - 1 ? 3 : k)),
    classCount: 4,
  }
  const taken = reservoir(rows, 500, 5)
  expect(taken).not.toContain(rows - 1)
  const found = done(await fitSample(trainer, rare, 500, uninterrupted()))
  expect(found.warnings[0]).toBe(
    `The training rows did not fit into memory: decision_tree learned from 501 of the ${rows}, drawn with the seed 5. To learn from all, use gradient_boosting, or have the function's memory raised.`,
  )
  const sample = [...taken, rows - 1]
  const features = zeros(sample.length, memory.features.columns)
  for (let j = 0; j < features.columns; j++)
    column(features, j).set(sample.map((i) => column(memory.features, j)[i]))
  const { sampleWeights = new Float64Array(rows) } = memory
  const some = {
    ...memory,
    features,
    target: Int32Array.from(sample, (i) => rare.target[i]),
    sampleWeights: Float64Array.from(sample, (i) => sampleWeights[i]),
    classCount: 4,
  }
  const expected: Fit<AnyRestored> = await trainer.fit(some, uninterrupted())
  expect(found.model.model).toEqual(done(expected).model.model)
  const least = { rows: 1e7, columns: 30, classCount: 4 }
  expect(rowsThatFit(trainer, least, 2 ** 30)).toBeGreaterThan(300_000)
  expect(rowsThatFit(trainer, least, 2 ** 27)).toBe(0)
})
