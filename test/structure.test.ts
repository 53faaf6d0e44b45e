/** The rooms of the house: which folder may import which, and that two of them do no I/O. */
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { version } from '../shared/version.ts'

const root = join(import.meta.dirname, '..')
const sources = await Array.fromAsync(glob('{shared,functions,local,cli,infra}/**/*.ts', { cwd: root }))

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return Array.from(found, ([, name]) =>
    name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name,
  )
}

const isKernelLoader = (file: string) => file.startsWith('shared/algorithms/kernels/')

describe.each<[string, RegExp, (file: string) => boolean]>([
  [
    'shared/',
    /^(functions|local|cli|infra)\/|^aws-cdk-lib|^@types\/aws-lambda|^aws-lambda$|^@middy/,
    () => false,
  ],
  ['functions/', /^(local|cli|infra)\//, () => false],
  ['local/', /^(cli|infra|functions)\//, () => false],
  ['cli/', /^(functions|infra)\//, () => false],
  ['infra/', /^(shared|local|cli|functions)\//, () => false],
  [
    'shared/algorithms/',
    /^node:(fs|net|http|child_process)|^@aws|^mongodb|^shared\/(storage|registry|tabular|artifact)/,
    isKernelLoader,
  ],
  [
    'shared/data/',
    /^node:|^@aws|^mongodb|^shared\/(storage|registry|tabular|artifact|algorithms)/,
    () => false,
  ],
])('%s', (room, forbidden, isExempt) => {
  test(`imports nothing that matches ${forbidden}`, () => {
    const wrong = sources
      .filter((file) => file.startsWith(room) && !isExempt(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => forbidden.test(name))
          .map((name) => `${file} → ${name}`),
      )
    expect(wrong).toEqual([])
  })
})

test('the version is the package’s', () => {
  expect(version).toBe(packageJson.version)
})
