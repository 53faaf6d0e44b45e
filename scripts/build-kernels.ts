/**
 * Compiles every kernel shared/wasm/assembly/*.ts (AssemblyScript) to shared/wasm/*.wasm, and writes beside it what the
 * host has to know of it, shared/wasm/kernels/*.ts (see describe-kernel.ts). The memory is imported and shared, so that
 * all threads work on one copy of the data.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

const folder = join(import.meta.dirname, '..', 'shared', 'wasm')
const sources = (await readdir(join(folder, 'assembly'))).filter((name) => name.endsWith('.ts'))
await rm(join(folder, 'kernels'), { recursive: true, force: true })
await mkdir(join(folder, 'kernels'))

for (const source of sources) {
  const { error, stderr } = await asc.main([
    join('assembly', source),
    ...['--outFile', source.replace(/\.ts$/, '.wasm')],
    ...['--transform', join(import.meta.dirname, 'describe-kernel.ts')],
    ...['--baseDir', folder, '--runtime', 'stub', '--optimizeLevel', '3', '--shrinkLevel', '0'],
    ...['--noAssert', '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ...['--enable', 'simd', '--enable', 'threads', '--enable', 'relaxed-simd'],
  ])
  if (error) {
    process.stderr.write(stderr.toString())
    throw new Error(`The kernel ${source} does not compile.`, { cause: error })
  }
}
