import { expect, test } from 'vitest'
import { keptFoldBytes, withFolds } from '../../shared/training/cross-validate.ts'

test('folds that stay in memory are counted, up to what they may take', () => {
  const shape = { rows: 1000, columns: 10, classCount: 2 }
  const matrix = 8 * 1000 * 10
  const bytes = (keptBytes?: number) =>
    withFolds({ bytes: 100, seconds: 1, modelBytes: 0 }, shape, 5, 1, keptBytes).bytes
  expect(bytes()).toBe(100 + 2 * matrix)
  expect(bytes(keptFoldBytes({ memoryBytes: 2 ** 30 }))).toBe(100 + 7 * matrix)
  expect(bytes(keptFoldBytes({ memoryBytes: 8 * matrix }))).toBe(100 + 3 * matrix)
})
