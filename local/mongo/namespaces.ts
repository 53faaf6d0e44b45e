import { typeName } from './describe-value.ts'
import { MongoError } from './errors.ts'
import { MAX_NAMESPACE_BYTES } from './limits.ts'

/** The name of the collection that a command is about. Throws InvalidNamespace where it is none. */
export function collectionName(database: string, name: unknown): string {
  if (typeof name !== 'string') throw invalid(`collection name has invalid type ${typeName(name)}`)
  if (name.includes('\0')) throw invalid('namespaces cannot have embedded null characters')
  if (name === '' || name.startsWith('.')) throw invalid(`Invalid namespace specified '${database}.${name}'`)
  return name
}

/** Throws InvalidNamespace where no database can have the name. */
export function checkDatabaseName(name: string): void {
  if (name === '' || Buffer.byteLength(name) > 63 || /[/\\. "$\0]/.test(name)) {
    throw invalid(`Invalid database name: '${name.replaceAll('\0', '\\0')}'`)
  }
}

/** Throws InvalidNamespace where no collection can be made with the name. */
export function checkNewCollection(database: string, name: string): void {
  const namespace = `${database}.${name}`
  if (name.includes('$')) throw invalid(`Invalid collection name: ${name}`)
  if (name.startsWith('system.')) throw invalid(`Invalid system namespace: ${namespace}`)
  if (Buffer.byteLength(namespace) > MAX_NAMESPACE_BYTES) {
    throw invalid(
      `Fully qualified namespace is too long. Namespace: ${namespace} Max: ${MAX_NAMESPACE_BYTES}`,
    )
  }
}

const invalid = (message: string) => new MongoError(73, 'InvalidNamespace', message)
