/**
 * Models whose names look like paths, ids, options or aliases of others.
 *
 * @module-tag long
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerModel } from '../../shared/registry/register-model.ts'
import { runCliHere } from '../support/cli.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

let places: TestPlaces
beforeAll(async () => {
  places = await testPlaces()
})
afterAll(() => places.close())

const register = (jobId: string) => registerModel(places, jobId)
const run = (args: readonly string[]) => runCliHere(args, places.environment)

/** The JSON that a command prints. Throws when it fails. */
async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await run([...args, '--json'])
  if (code !== 0) throw new Error(err)
  return JSON.parse(out)
}

describe('every verb finds a model', { timeout: 180_000 }, () => {
  test.each([
    'team/churn',
    'churn.json',
    'a\\b',
    '.hidden',
    'with a blank',
    'd'.repeat(24),
    'x@champion',
    'name:y',
    '-dash',
    '../up',
  ])('of the name %j', async (odd) => {
    const { job_id, model_id } = await places.train(odd)
    await register(job_id)
    const model = /^[-.]/.test(odd) ? `name:${odd}` : odd
    const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
    try {
      const rows = parityCsv('digits')
      expect(await json('models', model)).toMatchObject({ _id: model_id })
      expect(await run(['predict', model, rows, '--out', join(folder, 'out.csv')])).toMatchObject({ code: 0 })
      expect(await json('report', model, '--out', join(folder, 'r.html'), '--no-open')).toMatchObject({
        model_id,
      })
      expect(await run(['download', model, join(folder, 'model')])).toMatchObject({ code: 0 })
      const aliased = ['models', 'alias', '--json', '--', odd, 'best', 'latest']
      expect(JSON.parse((await run(aliased)).out)).toMatchObject({ model_id })
      expect(await json('models', 'tag', `name:${odd}@best`, 'a=b')).toMatchObject({ model_id })
      const unaliased = ['models', 'alias', '--json', '--delete', '--', odd, 'best']
      expect(await run(unaliased)).toMatchObject({ code: 0 })
      expect(await json('models', 'delete', model, '--yes')).toMatchObject({ model_id, deleted: true })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
