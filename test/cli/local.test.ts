import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
