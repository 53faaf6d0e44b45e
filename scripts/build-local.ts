/**
 * npm run build:local: bundles the command line, and what the processes of the embedded stack run, into dist/local/.
 * A process starts from there in half the time. `npm ci` does it, too; once a source is changed, the sources run themselves
 * until it is done again (local/started-files.ts).
 */
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builtFolder, type Sources, sourcesFile, startedFiles } from '../local/started-files.ts'
import { bundleFiles, thread } from './bundle.ts'

const root = join(import.meta.dirname, '..')

/** Vite builds the console, and fauxqs reads files of its own: both stay packages. */
const packages = ['fauxqs', 'vite']

const entries = Object.fromEntries(
  Object.entries(startedFiles).map(([name, source]) => [name, join(root, source)]),
)
const making = `${builtFolder}.${process.pid}`
await rm(making, { recursive: true, force: true })
const { inputs } = await bundleFiles({ ...entries, thread }, making, packages)
const sources: Sources = {}
for (const file of [...Object.keys(inputs), 'package-lock.json']) {
  if (file.startsWith('node_modules/')) continue
  const { mtimeMs, size } = await stat(join(root, file))
  sources[file] = [mtimeMs, size]
}
await writeFile(join(making, sourcesFile), JSON.stringify(sources))
await rm(builtFolder, { recursive: true, force: true })
await rename(making, builtFolder)
