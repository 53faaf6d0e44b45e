import { expect, test } from 'vitest'
import { withoutKernelFaults } from '../../shared/training/kernel-fault.ts'
import { trap } from '../support/wasm-trap.ts'

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
