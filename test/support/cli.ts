/** The command line: as a process of its own, and in this process, where only what it says matters. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { vi } from 'vitest'
import { runCommand } from '../../cli/run-command.ts'

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

/**
 * Runs a command in this process, which takes a tenth of the time: one at a time, and nothing that reads standard input or
 * is interrupted.
 *
 * @param cwd the folder to run it in
 */
export async function runCliHere(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<Ended> {
  const written = { out: '', err: '' }
  const before = { exitCode: process.exitCode, env: { ...process.env }, cwd: process.cwd() }
  const spies = (['out', 'err'] as const).map((name) =>
    vi.spyOn(process[`std${name}`], 'write').mockImplementation((text, ...rest) => {
      written[name] += text
      for (const callback of rest) if (typeof callback === 'function') callback()
      return true
    }),
  )
  process.exitCode = 0
  Object.assign(process.env, env)
  if (cwd !== undefined) process.chdir(cwd)
  try {
    await runCommand(args)
    return { code: Number(process.exitCode), ...written }
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.chdir(before.cwd)
    process.exitCode = before.exitCode
    for (const name of Object.keys(env)) {
      if (before.env[name] === undefined) delete process.env[name]
      else process.env[name] = before.env[name]
    }
  }
}
