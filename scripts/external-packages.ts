/**
 * What the bundles leave out: DuckDB (70 MB, reads Parquet only) and TensorFlow.js (the tfjs engine only), which bring
 * native or WebAssembly files. The image has them; a worker from the zip refuses those jobs with a sentence.
 *
 * `node scripts/external-packages.ts` cuts the dependencies of the package.json in the working directory down to them, so
 * that `npm install` beside the lock installs them alone, at its versions: the image's stage `packages`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { matchesGlob } from 'node:path'

/** By name, as esbuild takes them. */
export const externalPackages = ['@duckdb/node-api', '@tensorflow/*']

type PackageJson = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A package.json with these packages as its only dependencies. */
export function withExternalPackagesOnly<T extends PackageJson>(packageJson: T) {
  const { dependencies = {}, optionalDependencies = {} } = packageJson
  return {
    ...packageJson,
    scripts: {},
    dependencies: externalOnly(dependencies),
    devDependencies: {},
    optionalDependencies: externalOnly(optionalDependencies),
  }
}

function externalOnly(dependencies: Readonly<Record<string, string>>): Record<string, string> {
  const isExternal = (name: string) => externalPackages.some((pattern) => matchesGlob(name, pattern))
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => isExternal(name)))
}

// Bundled into another program it must leave that one's package.json alone.
if (import.meta.main && import.meta.filename.endsWith('external-packages.ts')) {
  const packageJson = withExternalPackagesOnly(JSON.parse(await readFile('package.json', 'utf8')))
  await writeFile('package.json', `${JSON.stringify(packageJson, undefined, 2)}\n`)
}
