/** The TypeScript examples, run as their headers say, against an embedded stack. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildLibrary } from '../../scripts/build-library.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

const root = join(import.meta.dirname, '..', '..')
let stack: TestStack
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-examples-'))
  stack = await testStack()
  await stack.stack.seed()
})
afterAll(async () => {
  await stack.close()
  await rm(folder, { recursive: true })
})

/** Runs a file of the project with the stack's environment, and returns what it prints. */
async function run(file: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ...stack.stack.environment }
  const { stdout } = await promisify(execFile)(process.execPath, [resolve(root, file), ...args], { env })
  return stdout
}

test('a program sends a job, reads the registry and predicts with the model', {
  tags: ['long'],
  timeout: 120_000,
}, async () => {
  const sent = await run('examples/send-job.ts')
  expect(sent).toMatch(/^DefaultJob_random_forest_iris v\d+: accuracy [01]\.\d{3}\n$/)
  await until(async () => (await stack.db.collection('jobs').countDocuments()) === 1, 'The registration')

  const onnx = join(folder, 'saved.onnx')
  expect(await run('examples/read-registry.ts', onnx)).toBe(
    `${sent}${onnx} is ${sent.replace(/: accuracy.*\n/, '')}\n`,
  )
  await run('cli/tensorfleet.js', 'download', 'DefaultJob_random_forest_iris', folder)
  expect(await readFile(onnx)).toEqual(await readFile(join(folder, 'model.onnx')))

  const flowers = join(folder, 'flowers.csv')
  await writeFile(
    flowers,
    'petal width (cm),petal length (cm),sepal width (cm),sepal length (cm)\n0.2,1.4,3.5,5.1\n2.3,6.9,2.6,7.7\n',
  )
  const predicted = await run('examples/predict.ts', folder, flowers)
  expect(predicted).toMatch(/^setosa 1\.000\nvirginica [01]\.\d{3}\n$/)

  // The same with the package of `npm run build:library`, in a project of its own.
  const project = join(folder, 'project')
  const library = join(project, 'node_modules', 'tensorfleet')
  await buildLibrary(library)
  await symlink(join(root, 'node_modules', 'zod'), join(project, 'node_modules', 'zod'))
  await cp(join(root, 'examples', 'predict.ts'), join(project, 'predict.ts'))
  expect(await run(join(project, 'predict.ts'), folder, flowers)).toBe(predicted)
})
