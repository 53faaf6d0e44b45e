/**
 * `local` as a process: its addresses, and its end by Ctrl-C.
 *
 * @module-tag long
 */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cliScript } from '../support/cli.ts'
import { until } from '../support/stack.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(directory, { recursive: true }))

test.each([0, 300])('Ctrl-C, %s ms after seeding began, ends local and its functions', async (ms) => {
  const data = join(directory, String(ms))
  // Detached, it leads a process group of its own: Ctrl-C signals all of the group, the functions' processes, too.
  const command = spawn(process.execPath, [cliScript, 'local', '--quiet'], {
    env: { ...process.env, TENSORFLEET_DIRECTORY: data },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const group = -(command.pid ?? 0)
  const out = text(command.stdout)
  const exit = once(command, 'exit')
  try {
    await until(async () => existsSync(join(data, 'stack.json')), 'the stack')
    await sleep(ms)
    process.kill(group, 'SIGINT')
    expect(await Promise.race([exit, sleep(15_000, 'hangs')])).toEqual([0, null])
    expect(await out).toBe('')
    expect(() => process.kill(group, 0)).toThrow('ESRCH')
  } finally {
    if (command.exitCode === null) process.kill(group, 'SIGKILL')
  }
})

/** `tensorfleet local` on a folder of its own, until the test ends it: the address that it prints, and its port. */
async function startLocal(name: string, env: Record<string, string>) {
  const command = spawn(process.execPath, [cliScript, 'local', '--quiet'], {
    env: { ...process.env, TENSORFLEET_DIRECTORY: join(directory, name), ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(command, 'exit')
  let url = ''
  for await (const line of createInterface(command.stdout)) {
    url = /^export TENSORFLEET_API_URL='(.*)'$/.exec(line)?.[1] ?? ''
    if (url !== '') break
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      command.kill('SIGTERM')
      await exit
    },
  }
}

/** Takes a port below those that connections get, so that it stays free when it is given back. */
async function takePort() {
  const server = createServer()
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  for (;;) {
    const port = randomInt(20_000, 30_000)
    server.listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
      return { port, close }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    }
  }
}

test('the API and /metrics are on METRICS_PORT; where that is taken, on another, which is printed', async () => {
  const taken = await takePort()
  const ofApi = async (name: string) => {
    await using local = await startLocal(name, { METRICS_PORT: String(taken.port) })
    expect(await (await fetch(`${local.url}/metrics`)).text()).toContain('worker_tasks_completed_total')
    return Number(new URL(local.url).port)
  }
  expect(await ofApi('taken')).not.toBe(taken.port)
  await taken.close()
  expect(await ofApi('free')).toBe(taken.port)
})

test('METRICS_HOST is listened on, too', async () => {
  await using local = await startLocal('host', { METRICS_HOST: '127.0.0.2', METRICS_PORT: '0' })
  expect(local.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  for (const url of [local.url, local.url.replace('127.0.0.1', '127.0.0.2')])
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('worker_tasks_completed_total')
})
