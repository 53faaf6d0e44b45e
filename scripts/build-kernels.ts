/**
 * Compiles every kernel in shared/wasm/assembly/ (AssemblyScript) to a WebAssembly file in shared/wasm/.
 * The memory is imported and shared, so that all threads work on one copy of the data.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

const folder = join(import.meta.dirname, '..', 'shared', 'wasm')
const sources = (await readdir(join(folder, 'assembly'))).filter((name) => name.endsWith('.ts'))

for (const source of sources) {
  const { error, stderr } = await asc.main([
    join('assembly', source),
    ...['--outFile', source.replace(/\.ts$/, '.wasm')],
    ...['--baseDir', folder, '--runtime', 'stub', '--optimizeLevel', '3', '--shrinkLevel', '0'],
    ...['--noAssert', '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ...['--enable', 'simd', '--enable', 'threads', '--enable', 'relaxed-simd'],
  ])
  if (error) {
    process.stderr.write(stderr.toString())
    throw new Error(`The kernel ${source} does not compile.`, { cause: error })
  }
}
