import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { classMetrics } from '../support/metrics.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 } })
})
afterAll(() => worker.close())

const iris = readFileSync(parityCsv('iris'), 'utf8')
const german = iris.replaceAll(',', ';').replaceAll('.', ',')
const job = { algorithm: 'decision_tree', target_column: 'target', hyperparameters: { random_state: 0 } }

const FOUND = 'The file was read with ; as delimiter and , as decimal mark.'

test.each<[string, string | Buffer, object, string[]]>([
  ['with semicolons and decimal commas', german, {}, [FOUND]],
  ['whose dialect the message names', german, { csv: { delimiter: ';', decimal: ',' } }, []],
  [
    'of Excel: UTF-16, gzipped, behind a sep= line',
    gzipSync(Buffer.from(`\ufeffsep=;\r\n${german}`, 'utf16le')),
    {},
    ['The file was read as UTF-16LE text.', FOUND],
  ],
])('a file %s gives the model of the plain file', async (_, content, message, warnings) => {
  const plain = await worker.train(Buffer.from(iris), job)
  const result = await worker.train(Buffer.from(content), { ...job, ...message })
  if (plain.status === 'failed') throw new Error(plain.error)
  if (result.status === 'failed') throw new Error(result.error)
  expect(classMetrics(result.metrics).test_accuracy).toBe(classMetrics(plain.metrics).test_accuracy)
  expect(result.warnings.filter((warning) => !plain.warnings.includes(warning))).toEqual(warnings)
})

test.each([
  [{ delimeter: ';' }, 'csv.delimeter is not known (did you mean "delimiter"?): csv has delimiter, decimal'],
  [{ sep: ';' }, 'csv.sep is not known (did you mean "delimiter"?)'],
  [
    { delimiter: ';;' },
    'csv.delimiter is ";;", which is not allowed: use one ASCII character between fields',
  ],
  [{ encoding: 'klingon' }, 'csv.encoding is "klingon", which is not allowed: use the name of an encoding'],
  [';', 'csv is ";", which is not allowed: use an object such as {"delimiter": ";"}'],
])('a message with csv %j is refused at once', async (csv, sentence) => {
  const result = await worker.train(Buffer.from(iris), { ...job, csv })
  expect(result).toMatchObject({ status: 'failed', error_code: 'bad_message' })
  expect(result).toMatchObject({ error: expect.stringContaining(sentence) })
})
