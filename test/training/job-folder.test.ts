import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startFunction } from '../../local/lambda/function-host.ts'
import { makeJobFolder, removeLeftFolders } from '../../shared/training/job-folder.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => rm(folder, { recursive: true, force: true }).then(() => mkdir(folder)))
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** The process id of a child that is alive, and of one that has ended. */
async function processes() {
  const alive = spawn('sleep', ['60'])
  const ended = spawn('true')
  await once(ended, 'exit')
  return { alive: alive.pid ?? 0, ended: ended.pid ?? 0, end: () => alive.kill() }
}

async function leftBy(pid: number): Promise<string> {
  const path = join(folder, `tensorfleet-job-${pid}-abcdef`)
  await mkdir(path)
  await writeFile(join(path, 'dataset'), 'a,y\n')
  return path
}

test('what killed processes have left is removed; what a living one works on, and other folders, are not', async () => {
  const { alive, ended, end } = await processes()
  try {
    const living = await leftBy(alive)
    const left = [await leftBy(ended), await makeJobFolder()]
    await mkdir(join(folder, 'tensorfleet-else'))
    expect((await removeLeftFolders({ isAlone: false })).toSorted()).toEqual(left.toSorted())
    expect(left.filter(existsSync)).toEqual([])
    expect(existsSync(living)).toBe(true)
    expect(await removeLeftFolders({ isAlone: true })).toEqual([living])
    expect(existsSync(join(folder, 'tensorfleet-else'))).toBe(true)
  } finally {
    end()
  }
})

test('train removes them when it starts, in Lambda also those with the number of a living process', async () => {
  const { alive, end } = await processes()
  const start = (more: Record<string, string>) =>
    startFunction({
      name: 'train',
      handler: 'functions/train/handler.handler',
      root: join(import.meta.dirname, '..', '..'),
      environment: { PATH: process.env.PATH ?? '', TMPDIR: folder, AWS_REGION: 'us-east-1', ...more },
      timeoutSeconds: 60,
      memoryMb: 512,
      concurrency: 1,
      onLine: () => undefined,
    })
  const living = await leftBy(alive)
  const here = start({})
  const inLambda = start({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' })
  try {
    await here.invoke({ Records: [] }).catch(() => undefined)
    expect(existsSync(living)).toBe(true)
    await inLambda.invoke({ Records: [] }).catch(() => undefined)
    expect(existsSync(living)).toBe(false)
  } finally {
    await Promise.all([here.close(), inLambda.close()])
    end()
  }
})
