/** The rooms of the code: the whole table of which may import which, that some of them do no I/O, and how long code may be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { version } from '../shared/runtime/version.ts'
import { oversized, oversizedIn } from './support/code-size.ts'
import { type Imports, type Rooms, readImports, violations } from './support/import-rules.ts'
import { unusedExports } from './support/unused-exports.ts'

const rooms: Rooms = {
  errors: [],
  runtime: ['errors'],
  batch: ['runtime'],
  observability: [],
  data: ['errors'],
  disk: ['data'],
  wasm: ['errors'],
  threads: ['errors'],
  evaluation: ['data'],
  tabular: ['errors', 'runtime', 'data', 'disk', 'wasm', 'threads'],
  algorithms: ['errors', 'data', 'disk', 'threads', 'wasm'],
  'algorithms/trees': ['errors', 'data', 'wasm', 'algorithms'],
  'algorithms/decision-tree': ['data', 'wasm', 'algorithms', 'algorithms/trees'],
  'algorithms/forest': ['errors', 'data', 'wasm', 'threads', 'evaluation', 'algorithms', 'algorithms/trees'],
  'algorithms/random-forest': ['algorithms', 'algorithms/trees', 'algorithms/forest'],
  'algorithms/extra-trees': ['algorithms', 'algorithms/trees', 'algorithms/forest'],
  'algorithms/gradient-boosting': ['errors', 'data', 'disk', 'wasm', 'threads', 'algorithms'],
  'algorithms/logistic-regression': ['errors', 'data', 'disk', 'wasm', 'threads', 'algorithms'],
  'algorithms/linear-regression': ['errors', 'data', 'disk', 'wasm', 'algorithms'],
  'algorithms/svm': ['errors', 'data', 'wasm', 'threads', 'algorithms'],
  'algorithms/k-neighbors': ['errors', 'data', 'wasm', 'threads', 'algorithms'],
  'algorithms/naive-bayes': ['errors', 'data', 'disk', 'algorithms'],
  'algorithms/network': ['errors', 'runtime', 'data', 'disk', 'wasm', 'threads', 'evaluation', 'algorithms'],
  'algorithms/dnn': ['algorithms', 'algorithms/network'],
  'algorithms/cnn': ['errors', 'algorithms', 'algorithms/network'],
  'algorithms/index.ts': [
    'errors',
    'data',
    'algorithms',
    'algorithms/decision-tree',
    'algorithms/random-forest',
    'algorithms/extra-trees',
    'algorithms/gradient-boosting',
    'algorithms/logistic-regression',
    'algorithms/linear-regression',
    'algorithms/svm',
    'algorithms/k-neighbors',
    'algorithms/naive-bayes',
    'algorithms/dnn',
    'algorithms/cnn',
  ],
  prediction: ['data', 'disk', 'threads', 'algorithms'],
  'thread-entry': [
    'threads',
    'tabular',
    'algorithms/forest',
    'algorithms/gradient-boosting',
    'algorithms/k-neighbors',
    'algorithms/logistic-regression',
    'algorithms/svm',
    'algorithms/network',
  ],
  search: ['errors', 'data', 'algorithms', 'evaluation'],
  jobs: ['errors', 'data', 'tabular', 'algorithms', 'algorithms/index.ts', 'evaluation', 'search'],
  artifact: [
    'errors',
    'runtime',
    'data',
    'tabular',
    'algorithms',
    'algorithms/trees',
    'algorithms/decision-tree',
    'algorithms/forest',
    'algorithms/gradient-boosting',
    'algorithms/logistic-regression',
    'algorithms/linear-regression',
    'algorithms/svm',
    'algorithms/k-neighbors',
    'algorithms/naive-bayes',
    'algorithms/network',
    'algorithms/index.ts',
    'jobs',
  ],
  report: [
    'errors',
    'data',
    'algorithms',
    'algorithms/decision-tree',
    'algorithms/gradient-boosting',
    'algorithms/logistic-regression',
    'algorithms/linear-regression',
    'algorithms/svm',
    'algorithms/k-neighbors',
    'algorithms/naive-bayes',
    'algorithms/network',
    'evaluation',
    'jobs',
    'artifact',
  ],
  events: ['runtime', 'data', 'jobs'],
  storage: ['errors', 'runtime'],
  'job-store': ['errors', 'observability', 'evaluation', 'algorithms', 'jobs', 'storage'],
  'dead-letters': ['errors', 'runtime', 'batch', 'jobs', 'job-store', 'storage'],
  models: [
    'errors',
    'runtime',
    'data',
    'tabular',
    'algorithms',
    'threads',
    'prediction',
    'jobs',
    'artifact',
    'report',
    'storage',
  ],
  registry: [
    'errors',
    'runtime',
    'observability',
    'events',
    'algorithms',
    'jobs',
    'job-store',
    'artifact',
    'storage',
    'models',
  ],
  datasets: ['errors', 'runtime', 'data', 'tabular', 'storage', 'registry'],
  api: [
    'errors',
    'runtime',
    'data',
    'tabular',
    'algorithms',
    'jobs',
    'artifact',
    'storage',
    'job-store',
    'dead-letters',
    'models',
    'registry',
  ],
  console: ['api'],
  training: [
    'errors',
    'batch',
    'observability',
    'data',
    'disk',
    'evaluation',
    'search',
    'tabular',
    'algorithms',
    'algorithms/index.ts',
    'prediction',
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
    'batch',
    'events',
    'observability',
    'jobs',
    'job-store',
    'storage',
    'dead-letters',
    'models',
    'registry',
    'datasets',
    'training',
    'api',
  ],
  local: ['runtime', 'batch', 'jobs', 'job-store', 'storage', 'registry', 'api'],
  infra: ['errors', 'jobs', 'events', 'functions'],
  cli: [
    'errors',
    'runtime',
    'data',
    'search',
    'tabular',
    'algorithms',
    'jobs',
    'job-store',
    'storage',
    'dead-letters',
    'models',
    'registry',
    'datasets',
    'functions',
    'local',
    'infra',
  ],
  library: ['errors', 'data', 'algorithms', 'jobs', 'artifact', 'models'],
  examples: [],
  scripts: ['errors', 'runtime', 'algorithms', 'jobs', 'events', 'storage', 'api', 'local', 'infra'],
  'scripts/test': ['data', 'jobs', 'events', 'job-store', 'storage', 'local', 'infra'],
}

const root = join(import.meta.dirname, '..')
const imports = await readImports(root, [
  '{shared,functions,local,cli,console,library,examples,scripts,infra}/**/*.{ts,tsx}',
])

test('the console runs in a browser: of the rest it has types only', () => {
  const code = [...imports.keys()].filter((file) => file.startsWith('console/'))
  const outside = code.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => /from '(\.\.\/)+(shared|local|cli)\//.test(line) && !line.startsWith('import type'))
      .map((line) => `${file}: ${line}`),
  )
  expect(outside).toEqual([])
})

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

test('every exported value is used by another file', async () => {
  const code =
    '{bench,cli,console,examples,functions,infra,library,local,scripts,shared,test}/**/*.{ts,tsx,js}'
  expect(await unusedExports(root, code)).toEqual([])
})

test('only what runs in a browser is compiled with its types', () => {
  const read = (file: string) => readFileSync(join(root, file), 'utf8')
  expect(read('tsconfig.json')).not.toContain('"dom"]')
  expect(read('console/tsconfig.json')).toContain('"lib": ["esnext", "dom"]')
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

describe('“Where things are” in CONTRIBUTING.md', () => {
  const [, text = ''] = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').split('## Where things are\n')
  const [section] = text.split('\n## ')
  const named = [...section.matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)].map(([, path]) => path)

  test('has every folder of shared/', () => {
    const folders = readdirSync(join(root, 'shared')).map((name) => `shared/${name}`)
    expect(folders.filter((folder) => !named.includes(folder))).toEqual([])
  })
  test('names what exists', () => {
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

const sizeLimits = { functionLines: 80, fileLines: 400 }
/** What may be longer, each with the reason. */
const mayBeLonger: readonly string[] = [
  // Rows of data.
  'shared/datasets/samples/diabetes.ts has 448 lines',
]

test('no file has more than 400 lines, and no function more than 80 outside the kernels', async () => {
  const folders = '{bench,cli,console,examples,functions,infra,library,local,scripts,shared,test}'
  const found = await oversized(root, [`${folders}/**/*.{ts,tsx,js,py,sh}`, '.ci/*', '*.ts'], sizeLimits)
  const nameOf = (line: string) => line.replace(/:\d+ (.*) has .*/, ' $1')
  expect(found.filter((line) => !mayBeLonger.includes(nameOf(line)))).toEqual([])
  expect(mayBeLonger.filter((name) => !found.some((line) => nameOf(line) === name))).toEqual([])
})

describe('the limit of length', () => {
  const lines = (count: number) => 'go()\n'.repeat(count)
  test.each([
    ['a file', 'a.ts', lines(401), ['a.ts has 401 lines']],
    ['a file that is not TypeScript', 'a.sh', lines(401), ['a.sh has 401 lines']],
    ['a function', 'a.ts', `\nfunction long() {\n${lines(79)}}\n`, ['a.ts:2 long has 81 lines']],
    [
      'a function in a constant',
      'a.ts',
      `const long = () => {\n${lines(79)}}\n`,
      ['a.ts:1 long has 81 lines'],
    ],
    ['a method', 'a.ts', `return_({\n  long() {\n${lines(79)}}\n})\n`, ['a.ts:2 long has 81 lines']],
  ])('holds for %s', (_, file, code, found) => {
    expect(oversizedIn(file, code, sizeLimits)).toEqual(found)
  })
  test.each([
    ['80 lines', `function long() {\n${lines(78)}}\n`],
    ['a group of tests', `describe('all', () => {\n${lines(80)}})\n`],
    ['a group of tests for each case', `describe.each([1])('all', () => {\n${lines(80)}})\n`],
  ])('allows %s', (_, code) => {
    expect(oversizedIn('a.ts', code, sizeLimits)).toEqual([])
  })
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
