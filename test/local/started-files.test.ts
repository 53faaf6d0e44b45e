import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { isUpToDate, sourcesFile } from '../../local/started-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'tensorfleet-'))
const source = join(folder, 'a.ts')
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  writeFileSync(source, 'export const a = 1\n')
  const { mtimeMs, size } = statSync(source)
  writeFileSync(join(folder, sourcesFile), JSON.stringify({ 'a.ts': [mtimeMs, size] }))
})

test('bundles are up to date until a source is changed or gone', () => {
  expect(isUpToDate(folder, folder)).toBe(true)
  writeFileSync(source, 'export const a = 10\n')
  expect(isUpToDate(folder, folder)).toBe(false)
  rmSync(source)
  expect(isUpToDate(folder, folder)).toBe(false)
})

test('they are not where none were made', () => {
  expect(isUpToDate(folder, join(folder, 'none'))).toBe(false)
})
