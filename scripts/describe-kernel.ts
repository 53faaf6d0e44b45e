/**
 * What the compiler knows of a kernel, as a TypeScript module for the host, so that the host repeats no signature, size
 * or offset. It mirrors the kernel's exports: functions and variables become the type of the opened kernel, constants
 * keep their names and values, classes become the layouts of their fields.
 */
import { basename, join } from 'node:path'
import {
  type Class,
  ClassPrototype,
  type Function as CompiledFunction,
  type DeclaredElement,
  type File,
  FunctionPrototype,
  Global,
  type Module,
  type Program,
  PropertyPrototype,
  type Type,
} from 'assemblyscript'
import binaryen from 'assemblyscript/binaryen'

/** A transform of the AssemblyScript compiler, which sets the fields. */
export default class DescribeKernel {
  declare program: Program
  declare baseDir: string
  declare writeFile: (path: string, text: string, baseDir: string) => Promise<void>

  async afterCompile(): Promise<void> {
    // The compiler's own runtime is an entry, too.
    const entry = [...this.program.filesByName.values()].find(
      ({ source }) => source.sourceKind === USER_ENTRY && source.normalizedPath.startsWith('assembly/'),
    )
    if (entry === undefined) throw new Error('The compiler was given no kernel.')
    const name = basename(entry.source.normalizedPath, '.ts')
    const text = describe(name, exportsOf(entry), this.program.module)
    await this.writeFile(join('kernels', `${name}.ts`), text, this.baseDir)
  }
}

/** The compiler's `SourceKind.UserEntry`. */
const USER_ENTRY = 1

/** A file's own exports, and those of the files that it exports whole. */
function exportsOf({ exports, exportsStar }: File): Map<string, DeclaredElement> {
  return new Map([...(exportsStar ?? []).flatMap((file) => [...exportsOf(file)]), ...(exports ?? [])])
}

function describe(kernel: string, exports: ReadonlyMap<string, DeclaredElement>, module: Module): string {
  const types: string[] = []
  const kinds: string[] = []
  const values: string[] = []
  for (const [name, element] of exports) {
    if (element instanceof FunctionPrototype) {
      const compiled = element.instances?.get('')
      if (compiled === undefined) throw new Error(`${kernel}: the function ${name} was not compiled.`)
      types.push(`  ${name}${signatureOf(element, compiled)}`)
      kinds.push(`    ${name}: 'function',`)
    } else if (element instanceof ClassPrototype) {
      const compiled = element.instances?.get('')
      if (compiled === undefined) throw new Error(`${kernel}: the class ${name} is not used.`)
      values.push(`export const ${name} = ${layoutOf(compiled)} as const`)
    } else if (element instanceof Global) {
      const constant = constantOf(element, module)
      if (constant !== undefined) values.push(`export const ${name} = ${constant}`)
      else {
        types.push(`  readonly ${name}: WebAssembly.Global<'${globalType(element.type)}'>`)
        kinds.push(`    ${name}: 'global',`)
      }
    }
  }
  return [
    `/** Made by \`npm run build:kernels\` from ../assembly/${kernel}.ts. Addresses are in bytes. */`,
    `import type { Kernel } from '../kernel.ts'`,
    `export type Exports = {`,
    ...types,
    `}`,
    `export const kernel: Kernel<Exports> = {`,
    `  name: '${kernel}',`,
    `  exports: {`,
    ...kinds,
    `  },`,
    `}`,
    ...values,
    ``,
  ].join('\n')
}

function signatureOf(prototype: FunctionPrototype, { signature }: CompiledFunction): string {
  const names = prototype.functionTypeNode.parameters.map((parameter) => parameter.name.text)
  const parameters = names.map((name, i) => {
    const type = String(signature.parameterTypes[i])
    return `${name}: ${type === 'bool' ? 'boolean' : hostType(type)}`
  })
  return `(${parameters.join(', ')}): ${hostType(String(signature.returnType))}`
}

function hostType(type: string): string {
  if (type === 'void') return type
  return type === 'i64' || type === 'u64' ? 'bigint' : 'number'
}

function globalType(type: Type): string {
  const name = String(type)
  if (name === 'f32' || name === 'f64') return name
  return name === 'i64' || name === 'u64' ? 'i64' : 'i32'
}

/** The value of a constant that is known when the kernel is compiled. */
function constantOf(global: Global, module: Module): string | undefined {
  if (global.constantValueKind === INTEGER) return String(global.constantIntegerValue)
  if (global.constantValueKind === FLOAT) return String(global.constantFloatValue)
  const { init, mutable } = binaryen.getGlobalInfo(module.getGlobal(global.internalName))
  const value = binaryen.getExpressionInfo(init)
  return !mutable && 'value' in value ? String(value.value) : undefined
}

/** The compiler's `ConstantValueKind`. */
const INTEGER = 1
const FLOAT = 2

function layoutOf(record: Class): string {
  const fields: string[] = []
  for (const [name, member] of record.members ?? []) {
    const property = member instanceof PropertyPrototype ? member.instance : undefined
    if (property?.isField)
      fields.push(`    ${name}: ['${fieldType(property.type)}', ${property.memoryOffset}],`)
  }
  return ['{', `  bytes: ${record.nextMemoryOffset},`, '  fields: {', ...fields, '  },', '}'].join('\n')
}

/** A field that refers to another record holds its address. */
const fieldType = (type: Type): string => (type.classReference === null ? String(type) : 'usize')
