import { expect, test } from 'vitest'
import { withoutKernelFaults } from '../../shared/training/kernel-fault.ts'
import { OutOfTime } from '../../shared/training/time-limits.ts'
import { trap } from '../support/wasm-trap.ts'

const where = { algorithm: 'svm', rows: 150, columns: 4 } as const

test('the sentence names algorithm, size and trap; other errors are thrown on', async () => {
  await expect(withoutKernelFaults(where, trap)).rejects.toMatchObject({
    code: 'internal',
    message:
      'The training of svm on 150 rows x 4 columns stopped at a fault of the worker itself (divide by zero): please report it, with this sentence.',
  })
  const transient = new OutOfTime('The fit did not pause in time.')
  await expect(withoutKernelFaults(where, () => Promise.reject(transient))).rejects.toBe(transient)
  expect(await withoutKernelFaults(where, () => 1)).toBe(1)
})

test('a computation that ends without a sign of what a retry may change has a fault', async () => {
  const error = new Error('Error in matMul: inner shapes do not match.')
  await expect(withoutKernelFaults(where, () => Promise.reject(error))).rejects.toMatchObject({
    code: 'internal',
  })
})
