/**
 * Compiles every kernel shared/wasm/assembly/*.ts (AssemblyScript) to shared/wasm/*.wasm, and writes beside it what the
 * host has to know of it, shared/wasm/kernels/*.ts (see describe-kernel.ts). The memory is imported and shared, so that
 * all threads work on one copy of the data.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import asc from 'assemblyscript/asc'

const folder = join(import.meta.dirname, '..', 'shared', 'wasm')
const sources = (await readdir(join(folder, 'assembly'))).filter((name) => name.endsWith('.ts'))
await rm(join(folder, 'kernels'), { recursive: true, force: true })
await mkdir(join(folder, 'kernels'))

/** The kernels that are compiled with the fused multiply-add, too. Not svm: it has to take libsvm's own steps. */
const fusible = ['logistic-regression', 'network']

for (const source of sources) {
  const name = basename(source, '.ts')
  const describe = ['--transform', join(import.meta.dirname, 'describe-kernel.ts')]
  await compile(source, name, ['--use', 'FUSED=0', ...describe])
  if (fusible.includes(name)) await compile(source, `${name}-fused`, ['--use', 'FUSED=1'])
}

async function compile(source: string, name: string, options: readonly string[]): Promise<void> {
  const { error, stderr } = await asc.main([
    join('assembly', source),
    ...['--outFile', `${name}.wasm`],
    ...options,
    ...['--baseDir', folder, '--runtime', 'stub', '--optimizeLevel', '3', '--shrinkLevel', '0'],
    ...['--noAssert', '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ...['--enable', 'simd', '--enable', 'threads', '--enable', 'relaxed-simd'],
  ])
  if (error) {
    process.stderr.write(stderr.toString())
    throw new Error(`The kernel ${source} does not compile.`, { cause: error })
  }
}
