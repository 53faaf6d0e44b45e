import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Collection } from './collection.ts'
import { MongoError } from './errors.ts'
import { checkNewCollection } from './namespaces.ts'

const FILE_ENDING = '.bson'

/** The databases under a folder (one file per collection), or in memory without one. */
export class Databases {
  readonly #directory: string | undefined
  /** By namespace: the database's name, a dot, the collection's name. */
  readonly #collections = new Map<string, Collection>()

  constructor(directory: string | undefined) {
    this.#directory = directory
    if (directory === undefined) return
    mkdirSync(directory, { recursive: true })
    for (const file of readdirSync(directory)) {
      if (!file.endsWith(FILE_ENDING)) continue
      const namespace = decodeURIComponent(file.slice(0, -FILE_ENDING.length))
      this.#collections.set(namespace, new Collection(namespace, join(directory, file)))
    }
  }

  /** The database of this name. It exists once it has a collection. */
  get(name: string): Database {
    return new Database(name, this.#collections, this.#directory)
  }

  names(): string[] {
    const names = this.#collections.keys().map((namespace) => namespace.slice(0, namespace.indexOf('.')))
    return [...new Set(names)]
  }

  close(): void {
    for (const collection of this.#collections.values()) collection.close()
  }
}

/** A database: its collections by their names. */
export class Database {
  readonly name: string
  readonly #collections: Map<string, Collection>
  readonly #directory: string | undefined

  constructor(name: string, collections: Map<string, Collection>, directory: string | undefined) {
    this.name = name
    this.#collections = collections
    this.#directory = directory
  }

  namespaceOf(collection: string): string {
    return `${this.name}.${collection}`
  }

  /** The collection; undefined where nothing was written to it yet. */
  find(name: string): Collection | undefined {
    return this.#collections.get(this.namespaceOf(name))
  }

  /** The collection; created if it does not exist. Throws InvalidNamespace. */
  findOrCreate(name: string): Collection {
    const found = this.find(name)
    if (found !== undefined) return found
    checkNewCollection(this.name, name)
    const namespace = this.namespaceOf(name)
    const collection = new Collection(namespace, this.#pathOf(namespace))
    this.#collections.set(namespace, collection)
    return collection
  }

  collectionNames(): string[] {
    const start = this.namespaceOf('')
    return Array.from(this.#collections.keys())
      .filter((namespace) => namespace.startsWith(start))
      .map((namespace) => namespace.slice(start.length))
  }

  /** Throws NamespaceNotFound. */
  drop(name: string): void {
    const collection = this.find(name)
    if (collection === undefined) throw new MongoError(26, 'NamespaceNotFound', 'ns not found')
    collection.destroy()
    this.#collections.delete(this.namespaceOf(name))
  }

  #pathOf(namespace: string): string | undefined {
    return this.#directory === undefined
      ? undefined
      : join(this.#directory, `${encodeURIComponent(namespace)}${FILE_ENDING}`)
  }
}
