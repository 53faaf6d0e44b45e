/** The command line: as a process of its own, and in this process, where only what it says matters. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { vi } from 'vitest'

export const cliScript = join(import.meta.dirname, '..', '..', 'cli', 'tensorfleet.js')

export type Ended = { readonly code: number; readonly out: string; readonly err: string }

/** Runs a command to its end. */
export function runCli(
  args: readonly string[],
  { env = process.env, cwd, input = '' }: { env?: NodeJS.ProcessEnv; cwd?: string; input?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const command = execFile(process.execPath, [cliScript, ...args], { cwd, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
    command.stdin?.end(input)
  })
}

/** Runs a command in this process, which takes a tenth of the time: one at a time, and nothing that is interrupted. */
export async function runCliHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const written = { out: '', err: '' }
  const before = { argv: process.argv, exitCode: process.exitCode, env: { ...process.env } }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.out += text
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.err += text
      return true
    }),
  ]
  process.argv = [process.execPath, cliScript, ...args]
  process.exitCode = 0
  Object.assign(process.env, env)
  vi.resetModules()
  try {
    await import('../../cli/main.ts')
    return { code: Number(process.exitCode), ...written }
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.argv = before.argv
    process.exitCode = before.exitCode
    for (const name of Object.keys(env)) {
      if (before.env[name] === undefined) delete process.env[name]
      else process.env[name] = before.env[name]
    }
  }
}
