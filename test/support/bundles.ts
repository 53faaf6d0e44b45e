import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle, functionNames } from '../../scripts/bundle.ts'

const dist = join(import.meta.dirname, '..', '..', 'dist')

/** Has the bundles in dist/ that the stack is made of. Test files run side by side: who comes second leaves the first's. */
export async function ensureBundles(): Promise<void> {
  await mkdir(dist, { recursive: true })
  for (const name of functionNames) {
    if (existsSync(join(dist, name))) continue
    const folder = await mkdtemp(join(dist, 'new-'))
    await bundle(name, folder)
    await rename(join(folder, name), join(dist, name)).catch((error: unknown) => {
      if (!existsSync(join(dist, name))) throw error
    })
    await rm(folder, { recursive: true })
  }
}
