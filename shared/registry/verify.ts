import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { Binary, type Document } from 'mongodb'
import type { Manifest } from '../artifact/manifest.ts'
import { findJob } from '../job-store/accept.ts'
import { findResult } from '../job-store/commit.ts'
import { listResults } from '../job-store/list-jobs.ts'
import { DamagedModel } from '../models/damaged-model.ts'
import { readManifest, verifyFile } from '../models/read-model.ts'
import { aliasDocument, aliasId, storedAliases } from './aliases.ts'
import { collectionsIn, type ModelDocument } from './collections.ts'
import { jobDocument, modelDocument } from './documents.ts'
import type { ModelStores } from './registry.ts'
import { readTags } from './tags.ts'

/** Something on which bucket and registry should agree and do not. */
export type Finding = { readonly about: string; readonly problem: string }

export type Verified = {
  /** How many of each were checked. */
  readonly models: number
  readonly jobs: number
  readonly aliases: number
  readonly findings: readonly Finding[]
}

type Note = (about: string, problem: string) => void

const REBUILD = '"tensorfleet registry rebuild" mends it'

/**
 * Compares the registry with the bucket: every document has its file in both, every file its sha256, every
 * result its documents, every alias its model. Reads every stored file once, and changes nothing.
 */
export async function verifyRegistry(stores: ModelStores): Promise<Verified> {
  const findings: Finding[] = []
  const note: Note = (about, problem) => findings.push({ about, problem })
  const models = await verifyModels(stores, note)
  const jobs = await verifyJobs(stores, models, note)
  const aliases = await verifyAliases(stores, models, note)
  await verifyChunks(stores, note)
  return { models: models.size, jobs, aliases, findings }
}

/** @returns the ids of all models, with whether each is there as a whole or was deleted. */
async function verifyModels(
  stores: ModelStores,
  note: Note,
): Promise<Map<string, 'stored' | 'deleted' | 'partial'>> {
  const filesOf = new Map<string, string[]>()
  for await (const { key } of stores.bucket.list('models/')) {
    const [, id, ...file] = key.split('/')
    filesOf.set(id, [...(filesOf.get(id) ?? []), file.join('/')])
  }
  const states = new Map<string, 'stored' | 'deleted' | 'partial'>()
  for await (const document of collectionsIn(stores.registry.db).models.find({})) {
    const id = String(document._id)
    states.set(id, await verifyModel(stores, id, filesOf.get(id) ?? [], document, note))
  }
  for (const [id, files] of filesOf) {
    if (!states.has(id)) states.set(id, await verifyModel(stores, id, files, undefined, note))
  }
  return states
}

async function verifyModel(
  stores: ModelStores,
  id: string,
  files: readonly string[],
  document: ModelDocument | undefined,
  note: Note,
): Promise<'stored' | 'deleted' | 'partial'> {
  const about = `model ${id}`
  if (files.includes('deleted.json')) {
    if (files.length > 1) note(about, 'was deleted, but the bucket has files of it: delete it again')
    if (document !== undefined) note(about, 'was deleted, but the registry has it: delete it again')
    return 'deleted'
  }
  try {
    const manifest = await readManifest(stores.bucket, id)
    if (document !== undefined) await verifyGridFile(stores, document, (problem) => note(about, problem))
    if (manifest !== undefined) await verifyFiles(stores, manifest, (problem) => note(about, problem))
    if (manifest === undefined) {
      if (document !== undefined) note(about, 'the bucket has no manifest of it')
      return 'partial'
    }
    if (document !== undefined) {
      const expected = modelDocument(manifest, await readTags(stores.bucket, id), stores.bucket.name)
      noteDifference(about, document, expected, note)
    } else if ((await findResult(stores.bucket, manifest.job_id))?.status === 'completed') {
      note(about, `the registry does not have it: ${REBUILD}`)
    }
  } catch (error) {
    if (!(error instanceof DamagedModel)) throw error
    note(about, error.message)
  }
  return 'stored'
}

/** The files that the manifest names, as the bucket has them. */
async function verifyFiles(
  { bucket }: ModelStores,
  manifest: Manifest,
  note: (problem: string) => void,
): Promise<void> {
  for (const name of Object.keys(manifest.files)) {
    try {
      await verifyFile(bucket, manifest, name)
    } catch (error) {
      if (!(error instanceof DamagedModel)) throw error
      note(error.message)
    }
  }
}

/** A document's file in GridFS. The original worker's documents have no sha256. */
async function verifyGridFile(
  { registry: { db } }: ModelStores,
  { file_id, sha256 }: ModelDocument,
  note: (problem: string) => void,
): Promise<void> {
  const { files, chunks } = collectionsIn(db)
  const file = await files.findOne({ _id: file_id })
  if (file === null) return note(`GridFS has no file of it: ${REBUILD}`)
  const hash = createHash('sha256')
  let length = 0
  for await (const { data } of chunks.find({ files_id: file_id }).sort({ n: 1 })) {
    if (!(data instanceof Binary)) continue
    hash.update(data.value())
    length += data.length()
  }
  if (length !== file.length)
    note(`its file in GridFS has ${length} bytes instead of ${file.length}: ${REBUILD}`)
  else if (sha256 !== undefined && sha256 !== hash.digest('hex'))
    note(`its file in GridFS has another sha256 than its document: ${REBUILD}`)
}

/** @returns the number of committed results. */
async function verifyJobs(
  { bucket, registry }: ModelStores,
  models: Awaited<ReturnType<typeof verifyModels>>,
  note: Note,
): Promise<number> {
  const documents = collectionsIn(registry.db).jobs
  let jobs = 0
  for await (const { jobId } of listResults(bucket)) {
    const result = await findResult(bucket, jobId)
    if (result === undefined) continue
    jobs++
    const about = `job ${jobId}`
    const job = await findJob(bucket, jobId)
    const document = await documents.findOne({ _id: jobId })
    if (document === null) note(about, `the registry does not have it: ${REBUILD}`)
    else noteDifference(about, document, jobDocument(result, job), note)
    if (result.status === 'completed' && (models.get(result.model_id) ?? 'partial') === 'partial') {
      note(about, `the bucket has no manifest of its model ${result.model_id}`)
    }
  }
  return jobs
}

/** @returns the number of aliases in the bucket. */
async function verifyAliases(
  { bucket, registry }: ModelStores,
  models: Awaited<ReturnType<typeof verifyModels>>,
  note: Note,
): Promise<number> {
  const documents = new Map<string, Document>()
  for await (const document of collectionsIn(registry.db).aliases.find({}))
    documents.set(document._id, document)
  let aliases = 0
  for await (const alias of storedAliases(bucket)) {
    aliases++
    const id = aliasId(alias)
    const about = `alias ${id}`
    const document = documents.get(id)
    if (document === undefined) note(about, `the registry does not have it: ${REBUILD}`)
    else noteDifference(about, document, aliasDocument(alias), note)
    if (models.get(alias.model_id) !== 'stored') note(about, `its model ${alias.model_id} is not there`)
    documents.delete(id)
  }
  for (const id of documents.keys()) note(`alias ${id}`, `the bucket does not have it: ${REBUILD}`)
  return aliases
}

async function verifyChunks({ registry: { db } }: ModelStores, note: Note): Promise<void> {
  const { files, chunks } = collectionsIn(db)
  const known = new Set((await files.distinct('_id')).map(String))
  for (const id of await chunks.distinct('files_id')) {
    if (!known.has(String(id))) note(`GridFS file ${id}`, 'has chunks but no file: an upload was cut short')
  }
}

function noteDifference(about: string, document: Document, expected: Document, note: Note): void {
  const { _id, ...actual } = document
  const fields = [...new Set([...Object.keys(actual), ...Object.keys(expected)])].filter(
    (field) => !isDeepStrictEqual(plain(actual[field]), plain(expected[field])),
  )
  if (fields.length > 0) note(about, `the registry and the bucket differ in ${fields.join(', ')}: ${REBUILD}`)
}

/** Ids and times as text, so that they can be compared. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null))
}
