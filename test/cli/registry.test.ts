import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CompletedResult } from '../../shared/jobs/result.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { runCli, runCliHere } from '../support/cli.ts'
import { classMetrics } from '../support/metrics.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

const name = 'digits'
let places: TestPlaces
let versions: CompletedResult[]
beforeAll(async () => {
  places = await testPlaces()
  versions = [
    await places.train(name),
    await places.train(name, { hyperparameters: { max_depth: 2 } }),
    await places.train(name),
  ]
  for (const { job_id } of versions) await register(job_id)
})
afterAll(() => places.close())

const register = (jobId: string) => registerModel(places, jobId)

/** With an answer for a question it is a process of its own. */
const run = (args: readonly string[], input?: string) =>
  input === undefined
    ? runCliHere(args, places.environment)
    : runCli(args, { env: { PATH: process.env.PATH, ...places.environment }, input })

/** The JSON that a command prints. Throws when it fails. */
async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await run([...args, '--json'])
  if (code !== 0) throw new Error(err)
  return JSON.parse(out)
}

describe('the registry’s verbs', { timeout: 180_000 }, () => {
  test('alias, tag, versions and compare work on any way to name a model', async () => {
    const [first, second, third] = versions
    expect(await json('models', 'alias', name, 'champion', first.version)).toEqual({
      name,
      alias: 'champion',
      version: first.version,
      model_id: first.model_id,
    })
    expect(await json('models', 'tag', `${name}@champion`, 'stage=production', 'by=Ada L.')).toEqual({
      model_id: first.model_id,
      tags: { stage: 'production', by: 'Ada L.' },
    })
    expect(await json('models', 'tag', first.model_id, '--delete', 'by')).toMatchObject({
      tags: { stage: 'production' },
    })
    expect(await json('models', 'versions', name)).toMatchObject([
      { _id: third.model_id, version: third.version, aliases: [], tags: {} },
      { _id: second.model_id, version: second.version, aliases: [], tags: {} },
      { _id: first.model_id, version: first.version, aliases: ['champion'], tags: { stage: 'production' } },
    ])
    expect((await run(['models', 'versions', name])).out).toMatch(
      new RegExp(`^version .*\\n.*\\n.*\\n${first.version} .*champion +stage=production\\n$`),
    )
    expect(await json('models', `${name}@champion`)).toMatchObject({ _id: first.model_id })
    const compared = await json('models', 'compare', `${name}@champion`, `${name}@${second.version}`)
    expect(compared).toContainEqual({
      part: 'hyperparameters',
      name: 'max_depth',
      a: null,
      b: 2,
      same: false,
    })
    expect(compared).toContainEqual({
      part: 'metrics',
      name: 'test_accuracy',
      a: classMetrics(first.metrics).test_accuracy,
      b: classMetrics(second.metrics).test_accuracy,
      same: false,
    })
    expect((await run(['models', 'compare', first.model_id, second.model_id])).out).toMatch(
      /^data +path +digits +=$/m,
    )
  })

  test('delete asks, is refused while an alias points at the model, and leaves the other versions', async () => {
    const [first, second] = versions
    const champion = await run(['models', 'delete', `${name}@champion`], 'y\n')
    expect([champion.code, champion.out]).toEqual([1, ''])
    expect(champion.err).toMatch(
      /^tensorfleet: The alias champion points at digits v\d+: .* "tensorfleet models alias digits champion --delete"/,
    )
    for (const answer of ['', 'n\n']) {
      const refused = await run(['models', 'delete', second.model_id], answer)
      expect([refused.code, refused.out]).toEqual([1, ''])
      expect(refused.err).toMatch(/Delete digits v\d+ .*\[y\/N\].*Nothing was deleted/s)
    }
    expect((await run(['models', 'delete', second.model_id], 'y\n')).out).toMatch(/^Deleted digits v/)
    expect(await json('models', 'alias', name, 'champion', '--delete')).toMatchObject({ deleted: true })
    expect(await json('models', 'delete', `${name}@${first.version}`, '--yes')).toMatchObject({
      model_id: first.model_id,
    })
    expect(await json('models', 'versions', name)).toMatchObject([{ _id: versions[2].model_id }])
    for (const { job_id } of versions) await register(job_id)
    expect(await json('models', 'versions', name)).toMatchObject([{ _id: versions[2].model_id }])
  })

  test('registry rebuild and verify agree with the bucket, and say what does not', async () => {
    await places.registry.db.dropDatabase()
    const empty = await run(['registry', 'verify', '--json'])
    expect(empty.code).toBe(1)
    expect(JSON.parse(empty.out).findings.length).toBe(4)
    expect(await json('registry', 'rebuild')).toMatchObject({ jobs: 3, failures: [] })
    expect(await json('registry', 'verify')).toMatchObject({ jobs: 3, aliases: 0, findings: [] })

    const third = versions[2].model_id
    const key = modelKey(third, 'model.onnx')
    const bytes = await places.bucket.get(key)
    await places.bucket.put(key, 'edited')
    const { code, out } = await run(['registry', 'verify'])
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`^model ${third} +${key} is not the file that was trained`))
    expect((await run(['registry', 'rebuild'])).code).toBe(1)

    const folder = join(places.directory, 'model')
    const download = await run(['download', name, folder])
    expect([download.code, download.out]).toEqual([1, ''])
    expect(download.err).toMatch(/model\.onnx is not the file that was trained: its sha256 differs/)
    expect(await readdir(folder)).toEqual([])
    await places.bucket.put(key, bytes ?? '')
    expect(await json('download', `${name}@latest`, folder)).toMatchObject({ files: expect.any(Array) })
    expect(await readFile(join(folder, 'model.onnx'))).toEqual(Buffer.from(bytes ?? ''))
    expect((await readdir(folder)).toSorted()).toEqual([
      'manifest.json',
      'model.json',
      'model.onnx',
      'report.json',
    ])
  })
})

describe('wrong usage exits with 2, what is not there with 1', () => {
  test.each<[number, string[], RegExp]>([
    [2, ['models', 'alias', name, 'latest', 'v1'], /not "latest"/],
    [2, ['models', 'alias', name, '../x', 'v1'], /Begin with a letter/],
    [2, ['models', 'alias', name, 'champion'], /Give a version to point at, or --delete/],
    [2, ['models', 'tag', name], /Give a tag as key=value/],
    [2, ['models', 'tag', name, 'a.b=1'], /key=value, the key of letters/],
    [2, ['models', 'compare', name], /missing required argument 'b'/],
    [2, ['models', 'delete'], /missing required argument 'model'/],
    [2, ['registry', 'repair'], /unknown command 'repair'/],
    [1, ['models', 'versions', 'nobody'], /The registry has no model nobody/],
    [1, ['models', 'alias', name, 'champion', 'v1'], /has no version and no alias v1/],
    [1, ['models', 'alias', name, 'champion', '--delete'], /has no alias champion/],
    [1, ['models', 'delete', 'f'.repeat(24), '--yes'], /There is no model f+/],
    [1, ['models', 'compare', name, 'nobody'], /The registry has no model nobody/],
  ])('%d: %j', async (status, args, message) => {
    const { code, out, err } = await run(args)
    expect([code, out]).toEqual([status, ''])
    expect(err).toMatch(message)
  })
  test('--help shows examples', async () => {
    const verbs = ['versions', 'alias', 'tag', 'compare', 'delete'].map((verb) => ['models', verb])
    const all = [...verbs, ['registry', 'rebuild'], ['registry', 'verify']]
    for (const verb of all) {
      const { code, out } = await run([...verb, '--help'])
      expect(code).toBe(0)
      expect(out).toMatch(/Examples?:\n {2}\$ tensorfleet/)
    }
  })
})
