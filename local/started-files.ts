/** The files that processes of the embedded stack start with: bundled where that is up to date, else the sources. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The source of each bundle in dist/local/. */
export const startedFiles = {
  tensorfleet: join('cli', 'main.ts'),
  bootstrap: join('local', 'lambda', 'bootstrap.ts'),
  train: join('functions', 'train', 'handler.ts'),
  register: join('functions', 'register', 'handler.ts'),
  seed: join('functions', 'seed', 'handler.ts'),
  work: join('functions', 'work', 'main.ts'),
}
export type StartedFile = keyof typeof startedFiles

/**
 * Time of the last change, in milliseconds since 1970, and size in bytes of each source that the bundles are made of.
 */
export type Sources = Record<string, [modified: number, bytes: number]>

const isBundled = import.meta.url.endsWith('.mjs')
const root = isBundled ? join(import.meta.dirname, '..', '..') : join(import.meta.dirname, '..')
export const builtFolder = join(root, 'dist', 'local')
export const sourcesFile = 'sources.json'

let isBuilt: boolean | undefined

/** The path of a file to start a process with. Code that was started from a bundle itself stays with these. */
export function startedFile(name: StartedFile): string {
  isBuilt ??= isBundled || isUpToDate(root, builtFolder)
  return isBuilt ? join(builtFolder, `${name}.mjs`) : join(root, startedFiles[name])
}

/** Whether no source under `root` has changed since `folder` was built from it. */
export function isUpToDate(root: string, folder: string): boolean {
  let text: string
  try {
    text = readFileSync(join(folder, sourcesFile), 'utf8')
  } catch {
    return false
  }
  const sources: Sources = JSON.parse(text)
  return Object.entries(sources).every(([file, [modified, bytes]]) => {
    const found = statSync(join(root, file), { throwIfNoEntry: false })
    return found?.mtimeMs === modified && found.size === bytes
  })
}
