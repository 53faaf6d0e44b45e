/** WebAssembly kernels: loaded from the files beside this one, in the source tree and in a bundle alike, and opened. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Arithmetic } from './arithmetic.ts'

/** A kernel by its name and what it exports. kernels/*.ts has one for each, made by scripts/build-kernels.ts. */
export type Kernel<Exports> = {
  readonly name: string
  readonly exports: { readonly [Name in keyof Exports]: 'function' | 'global' }
}

const compiled = new Map<string, WebAssembly.Module>()

/**
 * Compiles a kernel, once in a thread. The module can be posted to other threads and opened there.
 *
 * @param arithmetic fused, of a kernel that scripts/build-kernels.ts makes in that form, too
 */
export async function loadKernel(
  { name }: Kernel<unknown>,
  arithmetic: Arithmetic = 'plain',
): Promise<WebAssembly.Module> {
  const file = fileOf(name, arithmetic)
  const module = compiled.get(file) ?? (await WebAssembly.compile(await readFile(urlOf(file))))
  compiled.set(file, module)
  return module
}

/** The same without waiting, for predictions. */
export function loadKernelSync(
  { name }: Kernel<unknown>,
  arithmetic: Arithmetic = 'plain',
): WebAssembly.Module {
  const file = fileOf(name, arithmetic)
  const module = compiled.get(file) ?? new WebAssembly.Module(readFileSync(urlOf(file)))
  compiled.set(file, module)
  return module
}

const fileOf = (name: string, arithmetic: Arithmetic) =>
  arithmetic === 'fused' ? `${name}-fused.wasm` : `${name}.wasm`
const urlOf = (file: string) => new URL(`./${file}`, import.meta.url)

/**
 * Opens a compiled kernel on a memory, which several threads may share.
 *
 * @param imports functions of the host that the kernel calls.
 * @throws Error for a module that does not export what `kernel` says.
 */
export function openKernel<Exports extends object>(
  kernel: Kernel<Exports>,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  imports: Readonly<Record<string, (...numbers: number[]) => number>> = {},
): Exports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort }, host: imports })
  if (!exportsAll(kernel, exports)) {
    throw new Error(`${kernel.name}.wasm is not the kernel of this code: run npm run build:kernels.`)
  }
  return exports
}

function exportsAll<Exports extends object>(kernel: Kernel<Exports>, exports: object): exports is Exports {
  const values = new Map<string, unknown>(Object.entries(exports))
  return Object.entries(kernel.exports).every(([name, kind]) =>
    kind === 'global'
      ? values.get(name) instanceof WebAssembly.Global
      : typeof values.get(name) === 'function',
  )
}

function abort(): never {
  throw new WebAssembly.RuntimeError('A kernel stopped at a fault.')
}
