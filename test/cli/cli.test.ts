import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliScript, runCli, runCliHere } from '../support/cli.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

const withoutSettings = { AWS_ENDPOINT_URL: '', JOB_QUEUE_URL: '', MONGODB_URL: '' }
const run = (...args: string[]) => runCli(args, { cwd: folder, env: { ...process.env, ...withoutSettings } })

describe('with no settings, on this machine', { tags: 'long' }, () => {
  test('train --json prints the result and nothing else', async () => {
    const { code, out } = await run(
      'train',
      parityCsv('iris'),
      '--algorithm',
      'random_forest',
      '--target',
      'target',
      '--json',
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      job_id: expect.any(String),
      model_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      minio_model_id: expect.stringMatching(/^s3:\/\//),
      status: 'completed',
      metrics: { accuracy: 1 },
      model_name: 'DefaultJob_random_forest_iris',
      version: expect.stringMatching(/^v\d+$/),
    })
  })
  test('models, jobs and download find it again', async () => {
    const [model] = JSON.parse((await run('models', '--json')).out)
    expect(model).toMatchObject({
      name: 'DefaultJob_random_forest_iris',
      algorithm: 'random_forest',
      status: 'trained',
    })
    expect(JSON.parse((await run('models', model._id, '--json')).out)).toMatchObject({
      target_column: 'target',
    })
    expect(JSON.parse((await run('jobs', '--json')).out)).toEqual([
      expect.objectContaining({ job_id: model.job_id, status: 'completed' }),
    ])
    expect((await run('jobs', model.job_id)).out).toContain('"completed"')
    expect((await run('download', model.name, 'model')).code).toBe(0)
    expect(await readdir(join(folder, 'model'))).toEqual(
      expect.arrayContaining(['manifest.json', 'model.json']),
    )
  })
  test('report writes the model’s report', async () => {
    const [model] = JSON.parse((await run('models', '--json')).out)
    const { code, out } = await run('report', model.name, '--out', 'page.html', '--json')
    expect(code).toBe(0)
    const { model_id, file } = JSON.parse(out)
    expect(model_id).toBe(model._id)
    const page = await readFile(file, 'utf8')
    expect(page).toMatch(/^<!doctype html>.*<\/html>\n$/s)
    expect(page).toContain(model.job_id)
  })
  test('two at once share one stack, and the first waits for the second', async () => {
    const both = await Promise.all(
      ['svm', 'decision_tree'].map((name) => run('train', 'iris', '-a', name, '--json')),
    )
    expect(both.map(({ code }) => code)).toEqual([0, 0])
  })
  test('a failed job prints its sentence and exits with 1', async () => {
    await writeFile(
      join(folder, 'job.json'),
      JSON.stringify({ job_id: 'j1', algorithm: 'svm', dataset_path: 'nothing' }),
    )
    const { code, out, err } = await run('submit', 'job.json')
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^Job j1 failed: The dataset was not found/m)
  })
  test('local prints endpoints, and Ctrl-C stops it cleanly', async () => {
    const child = spawn(process.execPath, [cliScript, 'local', '--quiet'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const out = text(child.stdout)
    child.stderr.on('data', (chunk) => {
      if (String(chunk).includes('Ready')) child.kill('SIGINT')
    })
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(await out).toMatch(/^export AWS_ENDPOINT_URL='http:\/\/127\.0\.0\.1:\d+'$/m)
  })
})

describe('submit takes the same bytes alike from a file and from standard input', () => {
  let worker: TestStack
  beforeAll(async () => {
    worker = await testStack()
  })
  afterAll(() => worker.close())

  test.each([
    ['a byte-order mark', '\ufeff{"job_id":"m1","algorithm":"svn"}', 'm1', /^algorithm is "svn"/],
    ['NaN', '{"job_id":"m2","algorithm":"svm","dataset_path":"iris","x":NaN}', 'm2', /no NaN/],
    ['an S3 test event', '{"Event":"s3:TestEvent"}', expect.stringMatching(/^rejected-/), /an S3 test event/],
  ])('%s', async (_, body, job_id, error) => {
    const file = join(folder, 'body.json')
    await writeFile(file, body)
    const { environment } = worker.stack
    const fromFile = await runCliHere(['submit', file, '--json'], environment)
    const fromStdin = await runCli(['submit', '-', '--json'], {
      env: { ...process.env, ...environment },
      input: body,
    })
    expect(fromStdin).toEqual(fromFile)
    expect(fromFile).toMatchObject({ code: 1, err: '' })
    expect(JSON.parse(fromFile.out)).toMatchObject({
      job_id,
      status: 'failed',
      error: expect.stringMatching(error),
      error_code: 'bad_message',
    })
  })
})

describe('wrong usage exits with 2 and helps', () => {
  test.each<[string[], RegExp]>([
    [['trian'], /Did you mean train/],
    [['train', 'iris', '--algorithm', 'svn'], /Did you mean svm/],
    [['train', 'iris', '-a', 'svm', '--tagret', 'x'], /Did you mean --target/],
    [['train', 'iris'], /required option '-a, --algorithm/],
    [['train', 'nowhere.csv', '-a', 'svm'], /There is no file nowhere\.csv/],
    [['train', 'iris', '-a', 'svm', '--param', 'C'], /name=value/],
    [['submit', 'nowhere.json'], /cannot be read/],
  ])('%j', async (args, message) => {
    const { code, out, err } = await runCliHere(args, withoutSettings)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })
  test('--help of every command shows examples', async () => {
    const { out: overview } = await runCliHere(['--help'], withoutSettings)
    const names = Array.from(overview.matchAll(/^ {2}([a-z]+) /gm), ([, name]) => [name])
    expect(names).toContainEqual(['doctor'])
    for (const args of [[], ...names.filter(([name]) => name !== 'help')]) {
      const { code, out } = await runCliHere([...args, '--help'], withoutSettings)
      expect([code, args]).toEqual([0, args])
      expect(out).toMatch(/Examples?:\n/)
    }
  })
})

test('a reader that stops before the end of the output is no error', async () => {
  const child = spawn(process.execPath, [cliScript, '--help'])
  child.stdout.destroy()
  const err = text(child.stderr)
  await once(child, 'exit')
  expect(await err).toBe('')
})
