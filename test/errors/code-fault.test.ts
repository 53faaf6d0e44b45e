/** Which errors are faults of the code: these end a job, the others are retried. */
import assert from 'node:assert'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  afterComputation,
  computed,
  internalError,
  isCodeFault,
  isFaultOfComputation,
} from '../../shared/errors/code-fault.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { packError, unpackError } from '../../shared/threads/thread-error.ts'
import { OutOfTime } from '../../shared/training/time-limits.ts'
import { trap } from '../support/wasm-trap.ts'

function thrownBy(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

const overflow = (): number => 1 + overflow()
const failAssertion = () => assert.equal(1, 2)
const viaThread = (error: unknown) => unpackError(structuredClone(packError(error)))

test.each([
  ['a trap', trap],
  ['an overflow of the stack', overflow],
  ['a failed assertion', failAssertion],
  ['a property of undefined', () => JSON.parse('null').x],
  ['a length that cannot be', () => new Float64Array(-1)],
  ['an index beyond the end', () => Buffer.alloc(2).readInt32LE(0)],
  ['a text that is no URI', () => decodeURIComponent('%')],
  ['a name that is not there', () => new Function('return nowhere')()],
  ['a number of digits that cannot be', () => (1).toFixed(1000)],
  ['an argument that Node refuses', () => Buffer.from(JSON.parse('7'))],
  ['a value that cannot be sent to a thread', () => structuredClone(() => 1)],
  ['a text that is too long', () => 'x'.repeat(2 ** 29).padEnd(2 ** 30)],
])('%s is a fault of the code, in this thread and from another', (_, work) => {
  const error = thrownBy(work)
  expect(isCodeFault(error)).toBe(true)
  expect(isCodeFault(viaThread(error))).toBe(true)
  expect(isCodeFault(structuredClone(error))).toBe(true)
})

test('a value of ours that does not fit its schema is one', () => {
  expect(isCodeFault(thrownBy(() => z.string().parse(7)))).toBe(true)
})

test.each([
  new Error('A worker thread ended before its task was done.'),
  new RangeError('Array buffer allocation failed'),
  new RangeError('WebAssembly.Memory(): could not allocate memory'),
  new JobError('diverged', 'The fit found no finite solution.'),
  new OutOfTime('The fit did not pause in time.'),
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
  new TypeError('fetch failed', { cause: new Error('getaddrinfo EAI_AGAIN') }),
  new TypeError('terminated', { cause: new Error('other side closed') }),
  Object.assign(new TypeError('Invalid state: Controller is already closed'), { code: 'ERR_INVALID_STATE' }),
  Object.assign(new TypeError('char is not expected'), { $metadata: {} }),
  Object.assign(new RangeError('x'), { $response: {} }),
  new SyntaxError('Unexpected end of JSON input'),
  new DOMException('The operation was aborted.', 'AbortError'),
  'text',
  undefined,
])('%s is none', (error) => {
  expect(isCodeFault(error)).toBe(false)
})

test.each([
  new Error('A worker thread ended before its task was done.', { cause: 'Its exit code is 1.' }),
  new Error('Out of memory'),
  new OutOfTime('The fit did not pause in time.'),
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
  Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', errno: -5, syscall: 'read' }),
  Object.assign(new Error('Worker terminated due to reaching memory limit: JS heap out of memory'), {
    code: 'ERR_WORKER_OUT_OF_MEMORY',
  }),
])('nor, in a computation, is %s, in this thread and from another', (error) => {
  expect(isFaultOfComputation(error)).toBe(false)
  if (!(error instanceof OutOfTime)) expect(isFaultOfComputation(viaThread(error))).toBe(false)
})

test.each([
  new Error('Error in matMul: inner shapes do not match.'),
  new Error('Node 7 of a tree has no parent before it.'),
  new SyntaxError('Unexpected end of JSON input'),
  Object.assign(new Error('invalid distance too far back'), { code: 'Z_DATA_ERROR', errno: -3 }),
  thrownBy(() => Buffer.alloc(2 ** 29).toString('latin1')),
])('in a computation, %s is one', (error) => {
  expect(isFaultOfComputation(error)).toBe(true)
  expect(isFaultOfComputation(viaThread(error))).toBe(true)
  expect(isCodeFault(error)).toBe(false)
})

test('what fetch throws where no server listens, or one hangs up, is none', async () => {
  const refused: unknown = await fetch('http://127.0.0.1:1/').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(TypeError)
  expect(isCodeFault(refused)).toBe(false)
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const response = await fetch(`http://127.0.0.1:${port}/`)
  const cut: unknown = await response.text().catch((error: unknown) => error)
  expect(cut).toBeInstanceOf(TypeError)
  expect(isCodeFault(cut)).toBe(false)
  server.close()
})

test('after a computation, a fault is internal, and any other error stays what it is', () => {
  const outOfTime = new OutOfTime('The fit did not pause in time.')
  expect(afterComputation('The writing of x', outOfTime)).toBe(outOfTime)
  expect(afterComputation('The writing of x', new Error('No root.'))).toMatchObject({ code: 'internal' })
})

test('what a job computes ends at once at a fault, and with any other error stays as it is', async () => {
  const broken = Buffer.concat([gzipSync('a,b\n'.repeat(99)).subarray(0, 20), Buffer.alloc(9)])
  await expect(computed('The reading of the dataset', () => gunzipSync(broken))).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringMatching(/^The reading of the dataset stopped at a fault of the worker itself \(/),
  })
  const missing = readFile('/nowhere/at/all')
  await expect(computed('The reading of the dataset', () => missing)).rejects.toMatchObject({
    code: 'ENOENT',
  })
  const refusal = new JobError('dataset_empty', 'The dataset is empty.')
  await expect(computed('The reading of the dataset', () => Promise.reject(refusal))).rejects.toBe(refusal)
  expect(await computed('The reading of the dataset', () => 7)).toBe(7)
})

test('the sentence of a fault says what to do, and which kind it is', () => {
  const fault = new TypeError('x is undefined')
  expect(internalError('Job 7', fault)).toMatchObject({
    code: 'internal',
    message:
      'Job 7 stopped at a fault of the worker itself (TypeError: x is undefined): please report it, with this sentence.',
    cause: fault,
  })
})
