/**
 * Where the compiled kernels and the thread's entry file lie: beside this file, in the source tree and in a
 * bundle alike (the bundler flattens them into one folder).
 */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs'

/** The file that a worker thread starts with. */
export const threadEntry = new URL(`./thread.${extension}`, import.meta.url)

/** Compiles the kernel `name`.wasm. The module can be posted to threads and instantiated there. */
export async function loadKernel(name: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL(`./${name}.wasm`, import.meta.url)))
}

/** `loadKernel` for a prediction, which cannot wait. */
export function loadKernelNow(name: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`./${name}.wasm`, import.meta.url)))
}
