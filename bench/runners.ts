import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleFiles, thread } from '../scripts/bundle.ts'

const scripts = ['best', 'fit', 'growth', 'large-fit', 'predict', 'read-csv'] as const

/** Our side of the benchmarks (ours/): each runs in a process of its own, as the peers' do, from a bundle as deployed. */
export type OursRunner = {
  /** Runs ours/`script`.ts and gives what it prints, which is JSON. */
  run(script: (typeof scripts)[number], ...args: readonly (string | number)[]): Promise<unknown>
  /** Deletes the bundle. */
  close(): Promise<void>
}

export async function bundleOurs(): Promise<OursRunner> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  const files = scripts.map((script) => [script, join(import.meta.dirname, 'ours', `${script}.ts`)])
  await bundleFiles({ ...Object.fromEntries(files), thread }, folder)
  return {
    run: async (script, ...args) => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(folder, `${script}.mjs`),
        ...args.map(String),
      ])
      return JSON.parse(stdout)
    },
    close: () => rm(folder, { recursive: true }),
  }
}

/** What a Python script of peers/ prints on its last line, which is JSON. */
export async function runPeer(
  python: string,
  script: string,
  ...args: readonly (string | number)[]
): Promise<unknown> {
  const given = [join(import.meta.dirname, 'peers', script), ...args.map(String)]
  const { stdout } = await promisify(execFile)(python, given, { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
