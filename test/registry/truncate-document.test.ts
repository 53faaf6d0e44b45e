/** What MongoDB cannot hold is cut, with its name in the document; the embedded server keeps MongoDB's limits. */
import { isDeepStrictEqual } from 'node:util'
import { BSON, ObjectId } from 'mongodb'
import { expect, test } from 'vitest'
import { truncateDocument } from '../../shared/registry/truncate-document.ts'

const MAX_BYTES = 16 * 2 ** 20
const isBelowLimit = (document: object) => BSON.calculateObjectSize(document) <= MAX_BYTES - 32 * 1024

test('a document that fits is left as it is', () => {
  const document = {
    _id: new ObjectId(),
    created_at: new Date(0),
    tags: {},
    features: ['a', 'b'],
    metrics: { accuracy: 1, history: { loss: [1, 0.5] }, none: null },
  }
  expect(truncateDocument(document)).toEqual(document)
})

test('a long history is cut to as many epochs in each of its lists, whatever their numbers', () => {
  const epochs = 400_000
  const of = (value: number) => Array(epochs).fill(value)
  const history = { loss: of(0.5), accuracy: of(1), val_loss: of(0.25), val_accuracy: of(0) }
  const cut = truncateDocument({ name: 'm', metrics: { accuracy: 0.5, history }, features: ['a'] })
  expect(cut).toMatchObject({
    name: 'm',
    metrics: { accuracy: 0.5 },
    features: ['a'],
    truncated: ['metrics.history'],
  })
  const { metrics } = cut as { metrics: { history: typeof history } }
  const lengths = Object.values(metrics.history).map((list) => list.length)
  expect(new Set(lengths).size).toBe(1)
  expect(lengths[0]).toBeGreaterThan(200_000)
  expect(isBelowLimit(cut)).toBe(true)
})

test('small fields stay whole beside two that are too large, which are cut alike', () => {
  const features = Array.from({ length: 60_000 }, (_, i) => String(i).padEnd(300, 'x'))
  const warnings = Array.from({ length: 90_000 }, (_, i) => String(i).padEnd(200, 'w'))
  const cut = truncateDocument({ features, warnings, target_column: 'y', dataset: { rows: 4 } })
  expect(cut).toMatchObject({ target_column: 'y', dataset: { rows: 4 }, truncated: ['features', 'warnings'] })
  const { features: kept, warnings: told } = cut as { features: string[]; warnings: string[] }
  expect(kept).toEqual(features.slice(0, kept.length))
  expect(told).toEqual(warnings.slice(0, told.length))
  expect(kept.length).toBeGreaterThan(25_000)
  expect(told.length).toBeGreaterThan(35_000)
  expect(isBelowLimit(cut)).toBe(true)
})

test('a record of many small fields loses whole fields, not parts of each', () => {
  const scores = { precision: 0.5, recall: 0.25, 'f1-score': 0.125, support: 3 }
  const classification_report = Object.fromEntries(
    Array.from({ length: 200_000 }, (_, i) => [`class ${i}`, scores]),
  )
  const cut = truncateDocument({ metrics: { accuracy: 1, classification_report } })
  expect(cut).toMatchObject({ truncated: ['metrics.classification_report'] })
  const { metrics } = cut as { metrics: { classification_report: Record<string, unknown> } }
  const kept = Object.values(metrics.classification_report)
  expect(kept.length).toBeGreaterThan(100_000)
  expect(kept.filter((one) => !isDeepStrictEqual(one, scores))).toEqual([])
  expect(isBelowLimit(cut)).toBe(true)
})

test('a long text is cut between characters', () => {
  const cut = truncateDocument({ error: '模'.repeat(8_000_000), tags: { note: '🦖'.repeat(5_000_000) } })
  expect(cut.truncated).toEqual(['error', 'tags.note'])
  const { error, tags } = cut as { error: string; tags: { note: string } }
  expect(error).toMatch(/^模+…$/)
  expect(tags.note).toMatch(/^(?:🦖)+…$/u)
  expect(isBelowLimit(cut)).toBe(true)
})

test('many names that are cut are given by their first part', () => {
  const tags = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`tag${i}`, 'x'.repeat(500_000)]))
  expect(truncateDocument({ tags }).truncated).toEqual(['tags'])
})

test('what is too deep becomes a text, and its name is told', () => {
  let deep: unknown = 1
  for (let i = 0; i < 90; i++) deep = i % 2 ? [deep] : { a: deep }
  const cut = truncateDocument({ message: { hyperparameters: { deep, C: 1 } } })
  expect(cut).toMatchObject({
    message: { hyperparameters: { C: 1 } },
    truncated: ['message.hyperparameters'],
  })
  expect(() => BSON.serialize(cut)).not.toThrow()
})

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  [
    'a NUL in a name',
    { metrics: { 'a\0b': 1 } },
    { metrics: { 'a\ufffdb': 1 }, truncated: ['metrics.a\ufffdb'] },
  ],
  [
    'a record that looks like a value of the driver’s',
    { hyperparameters: { a: { _bsontype: 'ObjectId', id: 'x' } } },
    { hyperparameters: { a: '{"_bsontype":"ObjectId","id":"x"}' }, truncated: ['hyperparameters.a'] },
  ],
  ['half a surrogate pair', { error: 'a\ud800b' }, { error: 'a\ufffdb' }],
  ['__proto__ as a name', JSON.parse('{"a": {"__proto__": 1}}'), JSON.parse('{"a": {"__proto__": 1}}')],
  ['names with $ and dots', { a: { $set: 1, 'b.c': 2 } }, { a: { $set: 1, 'b.c': 2 } }],
])('%s can be stored', (_, document, expected) => {
  const fitted = truncateDocument(document)
  expect(fitted).toEqual(expected)
  expect(JSON.parse(JSON.stringify(BSON.deserialize(BSON.serialize(fitted))))).toEqual(fitted)
})
