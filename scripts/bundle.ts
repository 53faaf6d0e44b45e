/**
 * npm run build: bundles every function into dist/{function}/ as ES modules with source maps, beside the train function
 * its kernels and the file that its threads start with, and prints what each would weigh as a zip.
 */
import { copyFile, glob, mkdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import { externalPackages } from './external-packages.ts'

const root = join(import.meta.dirname, '..')

const wasm = join(root, 'shared', 'wasm')
/** The file that worker threads start with. */
export const thread = join(root, 'shared', 'thread-entry', 'thread.ts')
const entries: Readonly<Record<FunctionName, Record<string, string>>> = {
  train: {
    index: join(root, 'functions', 'train', 'handler.ts'),
    work: join(root, 'functions', 'work', 'main.ts'),
    thread,
  },
  register: { index: join(root, 'functions', 'register', 'handler.ts') },
  seed: { index: join(root, 'functions', 'seed', 'handler.ts') },
  api: { index: join(root, 'functions', 'api', 'handler.ts'), thread },
}

export const functionNames = ['train', 'register', 'seed', 'api'] as const
export type FunctionName = (typeof functionNames)[number]

/** Bundles a function into `folder`/`name`, and says what is in each file of it. */
export async function bundle(
  name: FunctionName,
  folder: string,
): Promise<{ metafile: Metafile; compressedBytes: number }> {
  const outdir = join(folder, name)
  await rm(outdir, { recursive: true, force: true })
  const metafile = await bundleFiles(entries[name], outdir)
  return { metafile, compressedBytes: await compressedBytes(outdir) }
}

/**
 * Bundles files into `outdir` as the functions are. With `thread` among them the kernels are put beside it.
 *
 * @param entryPoints the files, by the names that they shall have there
 * @param external packages that stay imports, besides `externalPackages`
 */
export async function bundleFiles(
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
  external: readonly string[] = [],
): Promise<Metafile> {
  await mkdir(outdir, { recursive: true })
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints,
    outdir,
    external: [...externalPackages, ...external],
    bundle: true,
    splitting: true,
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    // Some packages are CommonJS and call require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  if ('thread' in entryPoints) {
    for await (const kernel of glob(join(wasm, '*.wasm')))
      await copyFile(kernel, join(outdir, basename(kernel)))
  }
  return metafile
}

/** What the files weigh compressed, which is a zip's size but for some hundred bytes a file. */
async function compressedBytes(folder: string): Promise<number> {
  let bytes = 0
  for await (const file of glob(join(folder, '*'))) {
    if (!file.endsWith('.map')) bytes += gzipSync(await readFile(file)).length
  }
  return Math.round(bytes / 1e4) * 1e4
}

if (import.meta.main) {
  for (const name of functionNames) {
    const { compressedBytes } = await bundle(name, join(root, 'dist'))
    console.log(`dist/${name}: ${compressedBytes / 1e6} MB compressed`)
  }
}
