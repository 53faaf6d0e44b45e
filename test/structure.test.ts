/** The rooms of the code: the whole table of which may import which, and that some of them do no I/O. */
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { version } from '../shared/runtime/version.ts'
import { type Imports, type Rooms, readImports, violations } from './support/import-rules.ts'

const rooms: Rooms = {
  errors: [],
  runtime: ['errors'],
  observability: [],
  data: ['errors'],
  wasm: ['errors'],
  threads: ['errors'],
  evaluation: [],
  tabular: ['errors', 'runtime', 'data', 'wasm', 'threads'],
  algorithms: ['errors', 'data'],
  'algorithms/trees': ['errors', 'data', 'wasm', 'algorithms'],
  'algorithms/decision-tree': ['data', 'wasm', 'algorithms', 'algorithms/trees'],
  'algorithms/random-forest': ['errors', 'data', 'wasm', 'threads', 'algorithms', 'algorithms/trees'],
  'algorithms/logistic-regression': ['errors', 'data', 'wasm', 'threads', 'algorithms'],
  'algorithms/svm': ['errors', 'data', 'wasm', 'threads', 'algorithms'],
  'algorithms/network': ['errors', 'runtime', 'data', 'wasm', 'threads', 'evaluation', 'algorithms'],
  'algorithms/dnn': ['algorithms', 'algorithms/network'],
  'algorithms/cnn': ['errors', 'algorithms', 'algorithms/network'],
  'algorithms/index.ts': [
    'algorithms',
    'algorithms/decision-tree',
    'algorithms/random-forest',
    'algorithms/logistic-regression',
    'algorithms/svm',
    'algorithms/dnn',
    'algorithms/cnn',
  ],
  'thread-entry': [
    'threads',
    'tabular',
    'algorithms/random-forest',
    'algorithms/logistic-regression',
    'algorithms/svm',
    'algorithms/network',
  ],
  jobs: ['errors', 'tabular', 'algorithms', 'algorithms/index.ts'],
  artifact: [
    'errors',
    'runtime',
    'data',
    'algorithms',
    'algorithms/trees',
    'algorithms/decision-tree',
    'algorithms/random-forest',
    'algorithms/logistic-regression',
    'algorithms/svm',
    'algorithms/network',
    'algorithms/index.ts',
    'jobs',
  ],
  report: [
    'errors',
    'data',
    'algorithms',
    'algorithms/decision-tree',
    'algorithms/logistic-regression',
    'algorithms/svm',
    'algorithms/network',
    'evaluation',
    'artifact',
  ],
  storage: ['errors', 'runtime'],
  'job-store': ['errors', 'observability', 'algorithms', 'jobs', 'storage'],
  'dead-letters': ['errors', 'runtime', 'jobs', 'job-store', 'storage'],
  models: ['runtime', 'data', 'tabular', 'algorithms', 'jobs', 'artifact', 'report', 'storage'],
  registry: ['runtime', 'observability', 'algorithms', 'jobs', 'job-store', 'artifact', 'storage', 'models'],
  datasets: ['errors', 'runtime', 'data', 'tabular', 'storage', 'registry'],
  training: [
    'errors',
    'observability',
    'data',
    'evaluation',
    'tabular',
    'algorithms',
    'algorithms/index.ts',
    'jobs',
    'job-store',
    'report',
    'storage',
    'models',
    'registry',
    'datasets',
  ],
  functions: [
    'runtime',
    'observability',
    'jobs',
    'job-store',
    'storage',
    'models',
    'registry',
    'datasets',
    'training',
  ],
  local: ['runtime', 'jobs', 'job-store', 'storage'],
  cli: [
    'errors',
    'runtime',
    'data',
    'tabular',
    'algorithms',
    'jobs',
    'job-store',
    'storage',
    'dead-letters',
    'models',
    'registry',
    'datasets',
    'local',
  ],
  library: ['errors', 'data', 'algorithms', 'jobs', 'artifact', 'models'],
  examples: [],
  scripts: ['errors', 'algorithms', 'algorithms/index.ts', 'jobs'],
  infra: ['errors'],
  'scripts/test': ['data', 'jobs', 'job-store', 'storage', 'local', 'infra'],
}

const root = join(import.meta.dirname, '..')
const imports = await readImports(root, [
  '{shared,functions,local,cli,library,examples,scripts,infra}/**/*.ts',
])

test('every file lies in a room, and imports what the table allows', () => {
  expect(violations(imports, rooms)).toEqual([])
})

const packages = {
  aws: /^@aws|^@smithy/,
  lambda: /^aws-cdk-lib|^constructs|^@types\/aws-lambda|^aws-lambda$|^@middy/,
  io: /^node:(fs|net|http|https|child_process|dgram)|^@aws|^mongodb/,
}
test.each<[string, RegExp]>([
  ['shared/', packages.lambda],
  ['shared/algorithms/', packages.io],
  ['shared/data/', packages.io],
  ['shared/evaluation/', packages.io],
  ['shared/jobs/', packages.io],
  ['shared/artifact/', packages.io],
])('%s imports no package that matches %s', (folder, forbidden) => {
  const wrong = [...imports]
    .filter(([file]) => file.startsWith(folder))
    .flatMap(([file, names]) =>
      names.filter((name) => forbidden.test(name)).map((name) => `${file} → ${name}`),
    )
  expect(wrong).toEqual([])
})

test('no file reads a value through Object(…), which makes it an any that biome does not see', async () => {
  const escapes: string[] = []
  for await (const file of glob('{shared,functions,local,cli,scripts,infra}/**/*.ts', { cwd: root })) {
    if (file.includes('/assembly/')) continue
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    for (const [i, line] of lines.entries())
      if (/(?<![\w.])Object\(/.test(line)) escapes.push(`${file}:${i + 1}`)
  }
  expect(escapes).toEqual([])
})

test('only shared/registry/collections.ts names the collections of MongoDB', async () => {
  const names: string[] = []
  for await (const file of glob('{shared,functions,local,cli,library}/**/*.ts', { cwd: root })) {
    if (file === 'shared/registry/collections.ts') continue
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    for (const [i, line] of lines.entries())
      if (/\bdb\.collection\b/.test(line)) names.push(`${file}:${i + 1}`)
  }
  expect(names).toEqual([])
})

test('only shared/job-store/ knows the keys of a job', () => {
  const others = [...imports].filter(([file]) => !file.startsWith('shared/job-store/'))
  const importers = others.filter(([, names]) => names.includes('shared/job-store/keys.ts'))
  expect(importers.map(([file]) => file).filter((file) => !file.startsWith('scripts/test/'))).toEqual([])
})

describe('the check fails on', () => {
  const table: Rooms = { low: [], high: ['low'] }
  const files = (more: Record<string, string[]>): Imports =>
    new Map(Object.entries({ 'shared/low/a.ts': [], 'shared/high/b.ts': ['shared/low/a.ts'], ...more }))

  test('nothing, where all is as the table says', () => {
    expect(violations(files({}), table)).toEqual([])
  })
  test('a new arrow', () => {
    expect(violations(files({ 'shared/low/c.ts': ['shared/high/b.ts'] }), table)).toEqual([
      'shared/low/c.ts → shared/high/b.ts',
    ])
  })
  test('an arrow between rooms within a room', () => {
    const within: Rooms = { low: [], high: ['low'], 'high/attic': ['high'], 'high/list.ts': ['high/attic'] }
    const more = {
      'shared/high/attic/e.ts': ['shared/high/b.ts'],
      'shared/high/list.ts': ['shared/high/attic/e.ts'],
    }
    expect(violations(files(more), within)).toEqual([])
    expect(violations(files({ ...more, 'shared/high/c.ts': ['shared/high/attic/e.ts'] }), within)).toEqual([
      'shared/high/c.ts → shared/high/attic/e.ts',
    ])
  })
  test('a circle of files', () => {
    const circle = { 'shared/low/a.ts': ['shared/low/c.ts'], 'shared/low/c.ts': ['shared/low/a.ts'] }
    expect(violations(files(circle), table)).toEqual([
      'circle: shared/low/a.ts → shared/low/c.ts → shared/low/a.ts',
    ])
  })
  test('a circle of rooms', () => {
    expect(violations(files({}), { low: ['high'], high: ['low'] })).toContain(
      'table: low names high, which does not come before it',
    )
  })
  test('a loose file', () => {
    expect(violations(files({ 'shared/loose.ts': [] }), table)).toEqual(['shared/loose.ts lies in no room'])
  })
  test('an arrow that no file needs', () => {
    expect(violations(files({ 'shared/top/d.ts': [] }), { ...table, top: ['low'] })).toEqual([
      'table: no file needs top → low',
    ])
  })
})

test('the version is the package’s', () => {
  expect(version).toBe(packageJson.version)
})
