import { expect, test } from 'vitest'
import { loadKernel, loadKernelSync, openKernel } from '../../shared/wasm/kernel.ts'
import { kernel as exp } from '../../shared/wasm/kernels/exp.ts'
import { kernel as network } from '../../shared/wasm/kernels/network.ts'
import { Problem, kernel as svm } from '../../shared/wasm/kernels/svm.ts'
import { kernel as trees } from '../../shared/wasm/kernels/trees.ts'
import { DATA_START, memoryLayout, PAGE_BYTES, recordAt, sharedMemory } from '../../shared/wasm/memory.ts'

test('a kernel is compiled once, and opened with its functions and variables', async () => {
  const module = await loadKernel(trees)
  expect(loadKernelSync(trees)).toBe(module)
  const { grow, nodeCount } = openKernel(trees, module, sharedMemory(DATA_START))
  expect(typeof grow).toBe('function')
  expect(nodeCount.value).toBe(0)
})

test('another kernel’s module is refused by name', async () => {
  const memory = sharedMemory(DATA_START)
  const module = await loadKernel(exp)
  expect(() => openKernel(network, module, memory)).toThrow(
    'network.wasm is not the kernel of this code: run npm run build:kernels.',
  )
})

test('a function where a variable is expected is refused', async () => {
  const wrong = { name: 'exp', exports: { expInPlace: 'global' } } as const
  const module = await loadKernel(exp)
  expect(() => openKernel(wrong, module, sharedMemory(DATA_START))).toThrow(/exp.wasm is not the kernel/)
})

test('addresses are multiples of 64, one behind the other, after the kernel’s own page', () => {
  const layout = memoryLayout()
  const x = layout.float64(3)
  const order = layout.int32(17)
  const record = layout.record(Problem)
  expect([x, order, record]).toEqual([DATA_START, DATA_START + 64, DATA_START + 64 + 128])
  expect(layout.end()).toBe(record + Math.ceil(Problem.bytes / 64) * 64)
  const { buffer } = sharedMemory(layout.end())
  expect(buffer.byteLength).toBe(2 * PAGE_BYTES)
  expect(buffer).toBeInstanceOf(SharedArrayBuffer)
})

test('more than 4 GB is the job’s fault', () => {
  expect(() => sharedMemory(4.5 * 2 ** 30)).toThrow(
    expect.objectContaining({
      code: 'too_large_to_train',
      message: 'The data need 4.5 GB at once and 4 GB is the maximum: use fewer rows or features.',
    }),
  )
})

test('the fields of a record are those that the kernel sees', async () => {
  const layout = memoryLayout()
  const address = layout.record(Problem)
  const memory = sharedMemory(layout.end())
  const record = recordAt(Problem, memory, address)
  record.set({ active: -3, gamma: 0.1, x: 4_000_000_000, maxIterations: 0, iterations: 0, work: 5 })
  expect([record.get('active'), record.get('gamma'), record.get('x')]).toEqual([-3, 0.1, 4_000_000_000])
  // No iterations are left: the kernel answers that at once.
  const { solve } = openKernel(svm, await loadKernel(svm), memory)
  expect(solve(address, 1)).toBe(2)
})
