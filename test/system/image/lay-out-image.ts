/** The train function's image without Docker: the files that its Dockerfile copies into the last stage, where it copies them. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import packageJson from '../../../package.json' with { type: 'json' }
import { bundle } from '../../../scripts/bundle.ts'
import { withExternalPackagesOnly } from '../../../scripts/external-packages.ts'

const root = join(import.meta.dirname, '..', '..', '..')

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
})

/**
 * Lays the image's files out in `folder`, the way to LAMBDA_TASK_ROOT left out.
 *
 * @returns the image's command: the handler, and the path of its entry point.
 */
export async function layOutImage(folder: string): Promise<{ handler: string; entryPoint: string }> {
  const lines = (await readFile(join(root, 'functions', 'train', 'Dockerfile'), 'utf8')).split('\n')
  const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')) + 1)
  for (const line of lastStage) {
    const copied = /^COPY --from=(\w+) (\S+) \$\{LAMBDA_TASK_ROOT\}\/(\S*)$/.exec(line)
    if (copied === null) continue
    const [, stage, from, to] = copied
    if (stage === 'build' && from === '/build/dist/train') {
      await bundle('train', join(folder, 'built'))
      await cp(join(folder, 'built', 'train'), join(folder, to), { recursive: true, filter: isNoSourceMap })
    } else if (stage === 'packages' && from === '/packages/node_modules') {
      if (!lines.includes('RUN node external-packages.ts && npm install --omit=dev --ignore-scripts'))
        throw new Error('The Dockerfile installs its packages in a way of which the test knows nothing.')
      await copyPackages(folder, to)
    } else {
      throw new Error(`The Dockerfile copies ${from} of ${stage}, of which the test knows nothing.`)
    }
  }
  const found = (pattern: RegExp) =>
    lastStage.map((line) => pattern.exec(line)?.[1]).find((name) => name !== undefined)
  const handler = found(/^CMD \["(.+)"\]$/)
  const script = found(/^COPY --chmod=755 (\S+) \$\{LAMBDA_TASK_ROOT\}\/$/)
  const entryPoint = found(/^ENTRYPOINT \["\/var\/task\/(.+)"\]$/)
  if (handler === undefined || script === undefined || entryPoint !== basename(script))
    throw new Error('The Dockerfile has no CMD, or no ENTRYPOINT that it copies.')
  await cp(join(root, script), join(folder, entryPoint))
  return { handler, entryPoint: join(folder, entryPoint) }
}

/**
 * Copies the packages that the Dockerfile's `npm install` chooses, at the lock's versions, from what is installed here.
 * Copies, not links: Node looks for what a link's target needs beside the target, where every package of the project lies.
 */
async function copyPackages(folder: string, to: string): Promise<void> {
  for (const path of await chosenPackages(join(folder, 'lock'))) {
    const target = join(folder, to, path.slice('node_modules/'.length))
    await cp(join(root, path), target, { recursive: true, filter: isNoSourceMap }).catch(ignoreMissing)
  }
}

/** The paths of the packages in the lock that npm makes of package.json's external packages and the project's lock. */
export async function chosenPackages(folder: string): Promise<string[]> {
  await mkdir(folder)
  const file = JSON.stringify(withExternalPackagesOnly(packageJson))
  await writeFile(join(folder, 'package.json'), file)
  await cp(join(root, 'package-lock.json'), join(folder, 'package-lock.json'))
  const options = [
    '--package-lock-only',
    '--offline',
    '--omit=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]
  await promisify(execFile)('npm', ['install', ...options], { cwd: folder })
  const chosen = await readLock(join(folder, 'package-lock.json'))
  const locked = await readLock(join(root, 'package-lock.json'))
  const paths = Object.keys(chosen).filter((path) => path !== '')
  for (const path of paths) {
    if (chosen[path].version !== locked[path]?.version) throw new Error(`${path} has not the lock's version.`)
  }
  // A package within another's folder is copied with it.
  return paths.filter((path) => !path.includes('/node_modules/'))
}

async function readLock(path: string) {
  return lockFile.parse(JSON.parse(await readFile(path, 'utf8'))).packages
}

const isNoSourceMap = (file: string) => !file.endsWith('.map')

/** A package that is optional and not for this machine is not installed. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
