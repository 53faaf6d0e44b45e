import type { Document } from 'bson'
import { find as mingoFind } from 'mingo'
import type { Collection } from './collection.ts'
import { comparable } from './values.ts'

/** Which documents of a collection, in which order, and which of their fields. */
export type QuerySpec = {
  readonly filter?: Document
  readonly sort?: Document
  readonly skip?: number
  /** Maximum number of documents; 0 is no limit. */
  readonly limit?: number
  readonly projection?: Document
}

/** The documents that a query finds; none if the collection does not exist. */
export function select(collection: Collection | undefined, query: QuerySpec): Iterable<Document> {
  const { filter = {}, sort = {}, skip = 0, limit = 0, projection } = query
  const matching = collection?.matching(filter) ?? []
  const ordered = Object.keys(sort).length === 0 ? matching : inOrder(matching, sort)
  const rest = Iterator.from(ordered).drop(skip)
  const chosen = limit === 0 ? rest : rest.take(limit)
  return projection === undefined ? chosen : chosen.flatMap((document) => project(document, projection))
}

/** A document's fields by a projection. */
export function project(document: Document, projection: Document): Document[] {
  return mingoFind<Document>([document], {}, projection).all()
}

/** Sorts as MongoDB does; stable. */
function inOrder(documents: Iterable<Document>, sort: Document): Iterable<Document> {
  const originals = new Map<Document, Document>()
  for (const document of documents) originals.set(comparable(document), document)
  const sorted = mingoFind<Document>([...originals.keys()], {})
    .sort(sort)
    .all()
  return sorted.map((document) => originals.get(document) ?? document)
}
