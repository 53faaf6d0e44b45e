/** The compiled kernels, which lie beside this file, in the source tree and in a bundle alike. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** Compiles the kernel `name`.wasm. The module can be posted to threads and instantiated there. */
export async function loadKernel(name: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL(`./${name}.wasm`, import.meta.url)))
}

/** The same, at once: for predictions, which are made without waiting. */
export function loadKernelNow(name: string): WebAssembly.Module {
  let module = compiled.get(name)
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`./${name}.wasm`, import.meta.url)))
    compiled.set(name, module)
  }
  return module
}

const compiled = new Map<string, WebAssembly.Module>()
