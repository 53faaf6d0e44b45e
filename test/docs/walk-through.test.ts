/** The commands of docs/api.md, by bash and curl against the embedded stack, print what the document says. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
let folder: string
beforeAll(async () => {
  worker = await testStack({ api: { port: 0 } })
  await worker.stack.seed()
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(async () => {
  await worker.close()
  await rm(folder, { recursive: true })
})

const document = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8')
const script = Array.from(document.matchAll(/^```sh\n(.*?)^```$/gms), ([, block]) => block).join('')

/** Commands, each with what it prints: `…` stands for anything. */
const steps = Array.from(script.matchAll(/((?:^(?!# ).*\n)+)^# (.*)\n/gm), ([, command, output]) => ({
  command,
  output,
}))

async function run(command: string): Promise<string> {
  const { TENSORFLEET_API_URL = '' } = worker.stack.environment
  const shell = spawn('bash', ['-euc', command], {
    cwd: folder,
    env: { PATH: process.env.PATH, TENSORFLEET_API_URL },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return (await text(shell.stdout)).trim()
}

const pattern = (output: string) =>
  new RegExp(
    `^${output
      .split('…')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
    's',
  )

test.each(steps)('prints $output', async ({ command, output }) => {
  const whole = output.endsWith('…') || /^\d+$|\d{3}$/.test(output) ? output : `${output}…`
  expect(await run(command)).toMatch(pattern(whole))
})
