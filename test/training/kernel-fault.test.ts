import assert from 'node:assert'
import { expect, test } from 'vitest'
import { JobError } from '../../shared/errors/job-error.ts'
import { packError, unpackError } from '../../shared/threads/thread-error.ts'
import { isKernelFault, withoutKernelFaults } from '../../shared/training/kernel-fault.ts'
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
])('%s is a fault of a kernel, in this thread and from another', (_, work) => {
  const error = thrownBy(work)
  expect(isKernelFault(error)).toBe(true)
  expect(isKernelFault(viaThread(error))).toBe(true)
  expect(isKernelFault(structuredClone(error))).toBe(true)
})

test.each([
  new Error('A worker thread ended before its task was done.'),
  new RangeError('Array buffer allocation failed'),
  new RangeError('WebAssembly.Memory(): could not allocate memory'),
  new JobError('diverged', 'The fit found no finite solution.'),
  new OutOfTime('The fit did not pause in time.'),
  'text',
])('%s is none', (error) => {
  expect(isKernelFault(error)).toBe(false)
})

test('the sentence names algorithm, size and trap; other errors are thrown on', async () => {
  const where = { algorithm: 'svm', rows: 150, columns: 4 } as const
  await expect(withoutKernelFaults(where, trap)).rejects.toMatchObject({
    code: 'internal',
    message:
      'The training of svm on 150 rows x 4 columns stopped at a fault of the worker itself (divide by zero): please report it, with this sentence.',
  })
  const transient = new Error('gone')
  await expect(withoutKernelFaults(where, () => Promise.reject(transient))).rejects.toBe(transient)
  expect(await withoutKernelFaults(where, () => 1)).toBe(1)
})
