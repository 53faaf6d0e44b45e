/**
 * npm run build:library: the programming interface as a package of its own in dist/library/, as Node does not run
 * TypeScript under node_modules/. Install it with `npm install ./dist/library`, or pack it with `npm pack ./dist/library`.
 */
import { execFile } from 'node:child_process'
import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { bundleFiles, thread } from './bundle.ts'

const root = join(import.meta.dirname, '..')
const { dependencies } = packageJson

/** Writes the package into `folder`, which is emptied first. */
export async function buildLibrary(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await bundleFiles({ index: join(root, 'library', 'index.ts'), thread }, folder, ['zod'])
  for await (const map of glob(join(folder, '*.map'))) await rm(map)
  await writeTypes(folder)
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
}

function manifest() {
  return {
    name: packageJson.name,
    version: packageJson.version,
    description: 'Predictions of models that TensorFleet trained, and the contract of its jobs and results.',
    license: packageJson.license,
    type: 'module',
    engines: { node: '>=24' },
    exports: { '.': { types: './types/library/index.d.ts', default: './index.mjs' } },
    // zod stays an import, so that programs can build on the schemas. Only Parquet files need DuckDB (70 MB).
    dependencies: { zod: dependencies.zod },
    peerDependencies: { '@duckdb/node-api': dependencies['@duckdb/node-api'] },
    peerDependenciesMeta: { '@duckdb/node-api': { optional: true } },
  }
}

/** The declarations that library/index.d.ts needs, and no others. */
async function writeTypes(folder: string): Promise<void> {
  const emitted = join(folder, 'emitted')
  await promisify(execFile)(
    process.execPath,
    [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      join(root, 'library'),
      '--outDir',
      emitted,
    ],
    { cwd: root },
  )
  const wanted = new Set([join('library', 'index.d.ts')])
  for (const file of wanted) {
    const text = await readFile(join(emitted, file), 'utf8')
    // Comments have imports in their examples.
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '')
    for (const [, name] of code.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.ts['"]/g)) {
      wanted.add(`${join(dirname(file), name)}.d.ts`)
    }
    const copy = join(folder, 'types', file)
    await mkdir(dirname(copy), { recursive: true })
    await copyFile(join(emitted, file), copy)
  }
  await rm(emitted, { recursive: true })
}

if (import.meta.main) await buildLibrary(join(root, 'dist', 'library'))
