import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { cliScript } from '../support/cli.ts'

test('console builds its pages where need be, serves them with the API and the samples, and ends with Ctrl-C', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  const command = spawn(process.execPath, [cliScript, 'console', '--no-open'], {
    env: { ...process.env, TENSORFLEET_DIRECTORY: directory },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(command, 'exit')
  try {
    const [address] = await once(createInterface(command.stdout), 'line')
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/console\/$/)
    const page = await fetch(address)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    const script = /src="([^"]+\.js)"/.exec(await page.text())?.[1] ?? ''
    const code = await fetch(new URL(script, address))
    expect(code.headers.get('content-type')).toContain('text/javascript')
    const answer = await fetch(new URL('/api/v1/datasets', address))
    const { datasets } = z
      .object({ datasets: z.array(z.object({ name: z.string() })) })
      .parse(await answer.json())
    expect(datasets.map(({ name }) => name)).toEqual(expect.arrayContaining(['iris.csv', 'wine.csv']))
    command.kill('SIGINT')
    expect(await exit).toEqual([130, null])
  } finally {
    if (command.exitCode === null) command.kill('SIGKILL')
    await exit
    await rm(directory, { recursive: true })
  }
}, 60_000)
