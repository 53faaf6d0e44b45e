/** The train function's image without Docker: the files that its Dockerfile copies into the last stage, where it copies them. */
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { bundle } from '../../../scripts/bundle.ts'

const root = join(import.meta.dirname, '..', '..', '..')

const lockFile = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) })

/**
 * Lays the image's files out in `folder`, the way to LAMBDA_TASK_ROOT left out.
 *
 * @returns the image's command: the handler.
 */
export async function layOutImage(folder: string): Promise<string> {
  const lines = (await readFile(join(root, 'functions', 'train', 'Dockerfile'), 'utf8')).split('\n')
  const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')) + 1)
  for (const line of lastStage) {
    const copied = /^COPY --from=(\w+) (\S+) \$\{LAMBDA_TASK_ROOT\}\/(\S*)$/.exec(line)
    if (copied === null) continue
    const [, stage, from, to] = copied
    if (stage === 'build' && from === '/build/dist/train') {
      await bundle('train', join(folder, 'built'))
      await cp(join(folder, 'built', 'train'), join(folder, to), {
        recursive: true,
        filter: (file) => !file.endsWith('.map'),
      })
    } else if (stage === 'packages' && from === '/packages/node_modules') {
      await linkPackages(join(folder, to))
    } else {
      throw new Error(`The Dockerfile copies ${from} of ${stage}, of which the test knows nothing.`)
    }
  }
  const command = lastStage
    .map((line) => /^CMD \["(.+)"\]$/.exec(line)?.[1])
    .find((name) => name !== undefined)
  if (command === undefined) throw new Error('The Dockerfile has no CMD.')
  return command
}

/** What `npm ci --omit=dev` installs, by the lock file, as links to what is installed here. */
async function linkPackages(to: string): Promise<void> {
  const { packages } = lockFile.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')))
  for (const [path, { dev }] of Object.entries(packages)) {
    if (!path.startsWith('node_modules/') || path.includes('/node_modules/') || dev) continue
    const link = join(to, path.slice('node_modules/'.length))
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(root, path), link)
  }
}
