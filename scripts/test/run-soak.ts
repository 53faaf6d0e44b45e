import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Runs the soak with `servers` and this command's own arguments; 60 jobs unless they say otherwise. Sets the exit code. */
export async function runSoak(servers: readonly string[]): Promise<void> {
  const given = process.argv.slice(2)
  const jobs = given.includes('--jobs') ? [] : ['--jobs', '60']
  const args = [join(import.meta.dirname, 'soak.ts'), ...jobs, ...given, ...servers]
  const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')
  process.exitCode = code ?? 1
}
