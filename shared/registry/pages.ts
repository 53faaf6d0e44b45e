/** Lists of the registry, newest first, page by page: a position names the last document of the page before. */
import { type Collection, type Document, type Filter, ObjectId } from 'mongodb'
import { collectionsIn } from './collections.ts'
import type { Registry } from './registry.ts'

/** The place of a document in the list. */
export type Position = {
  /** ISO 8601; null for a document that has no time, which comes after those that have one. */
  readonly created_at: string | null
  readonly id: string
}

export type PageRequest = { readonly limit: number; readonly after?: Position | undefined }
export type Page = {
  readonly documents: Record<string, unknown>[]
  /** Of the next page; undefined on the last one. */
  readonly next: Position | undefined
}

export type JobFilter = {
  readonly status?: string | undefined
  readonly algorithm?: string | undefined
  /** The beginning of the job's id. */
  readonly prefix?: string | undefined
  /** Somewhere in its id, its model's name, its dataset's path or its error; large and small letters are one. */
  readonly text?: string | undefined
  /** Sent then or later. */
  readonly since?: Date | undefined
  /** Sent before then. */
  readonly until?: Date | undefined
}

/** Where a text is looked for. A job that has not ended has its model's name in the message. */
const texts = ['_id', 'model_name', 'message.model_name', 'message.dataset_path', 'error']

const containing = (text: string) => ({ $regex: RegExp.escape(text), $options: 'i' })

export async function pageOfJobs(
  { db }: Registry,
  { status, algorithm, prefix, text, since, until }: JobFilter,
  page: PageRequest,
): Promise<Page> {
  const sent = { ...(since && { $gte: since }), ...(until && { $lt: until }) }
  const filter = {
    ...(status === undefined ? {} : { status }),
    ...(algorithm === undefined ? {} : { 'message.algorithm': algorithm }),
    ...(prefix === undefined ? {} : { _id: { $gte: prefix, $lt: `${prefix}\uffff` } }),
    ...(text === undefined ? {} : { $or: texts.map((field) => ({ [field]: containing(text) })) }),
    ...(Object.keys(sent).length === 0 ? {} : { created_at: sent }),
  }
  const fields = ['job_id', 'status', 'model_id', 'model_name', 'version', 'error', 'error_code', 'message']
  const times = ['created_at', 'started_at', 'completed_at', 'updated_at']
  const live = ['progress', 'phase', 'current_loss', 'current_accuracy', 'metrics.accuracy', 'metrics.r2']
  return findPage(collectionsIn(db).jobs, filter, page, [...fields, ...times, ...live], (id) => id)
}

export type ModelFilter = {
  readonly name?: string | undefined
  readonly algorithm?: string | undefined
  readonly dataset?: string | undefined
  readonly tag?: { readonly name: string; readonly value: string | undefined } | undefined
}

export async function pageOfModels(
  { db }: Registry,
  { name, algorithm, dataset, tag }: ModelFilter,
  page: PageRequest,
): Promise<Page> {
  const filter = {
    ...(name === undefined ? {} : { name }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(dataset === undefined ? {} : { dataset_name: dataset }),
    ...(tag === undefined ? {} : { [`tags.${tag.name}`]: tag.value ?? { $exists: true } }),
  }
  const fields = ['name', 'version', 'algorithm', 'model_type', 'job_id', 'status', 'created_at', 'tags']
  const more = ['dataset_name', 'target_column', 'training_duration', 'size_bytes', 'checksum']
  const errors = ['root_mean_squared_error', 'mean_absolute_error']
  const figures = ['accuracy', 'f1_score', 'precision', 'recall', 'loss', 'r2', ...errors]
  const projected = [...fields, ...more, ...figures.map((figure) => `metrics.${figure}`)]
  return findPage(collectionsIn(db).models, filter, page, projected, (id) => new ObjectId(id))
}

async function findPage<D extends Document, I>(
  collection: Collection<D>,
  filter: Document,
  { limit, after }: PageRequest,
  fields: readonly string[],
  idOf: (id: string) => I,
): Promise<Page> {
  const query: Document = after === undefined ? filter : { $and: [filter, isAfter(after, idOf)] }
  const found = await collection
    .find<Record<string, unknown>>(asFilter<D>(query), {
      projection: Object.fromEntries(fields.map((field) => [field, 1])),
    })
    .sort({ created_at: -1, _id: -1 })
    .limit(limit + 1)
    .toArray()
  const documents = found.slice(0, limit)
  const last = found.length > limit ? documents.at(-1) : undefined
  return { documents, next: last && positionOf(last) }
}

/** The driver's type of a filter follows a collection's fields; ours is made of parts. */
function asFilter<D extends Document>(query: Document): Filter<D> {
  const filter: Filter<D> = {}
  return Object.assign(filter, query)
}

function positionOf({ created_at, _id }: Record<string, unknown>): Position {
  return { created_at: created_at instanceof Date ? created_at.toISOString() : null, id: String(_id) }
}

/** The documents behind a position: MongoDB sorts those without a time last. */
function isAfter<I>({ created_at, id }: Position, idOf: (id: string) => I): Document {
  const sameTime = { created_at: created_at === null ? null : new Date(created_at), _id: { $lt: idOf(id) } }
  if (created_at === null) return sameTime
  return { $or: [{ created_at: { $lt: new Date(created_at) } }, sameTime, { created_at: null }] }
}
