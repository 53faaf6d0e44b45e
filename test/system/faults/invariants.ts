/** What must be true of the bucket, the registry and the counters when all jobs have ended, whatever happened meanwhile. */
import { hash } from 'node:crypto'
import { type Db, type Document, GridFSBucket, ObjectId } from 'mongodb'
import { manifestSchema } from '../../../shared/artifact/manifest.ts'
import { JobError } from '../../../shared/errors/job-error.ts'
import { jobKeys } from '../../../shared/job-store/keys.ts'
import { fingerprint, textFingerprint } from '../../../shared/jobs/ids.ts'
import { parseMessage } from '../../../shared/jobs/parse-message.ts'
import { type JobRecord, jobRecord } from '../../../shared/jobs/records.ts'
import { type JobResult, jobResult } from '../../../shared/jobs/result.ts'
import type { Bucket } from '../../../shared/storage/bucket.ts'
import { modelKey } from '../../../shared/storage/keys.ts'
import type { Job } from './jobs.ts'

/** What the worker counted: a line per outcome, as it wrote them. */
export type Counted = { readonly job_id: string; readonly status: string }

export type Verdict = {
  /** A sentence for each thing that is not as it must be. */
  readonly violations: string[]
  readonly completed: number
  readonly failed: number
  /** Checkpoints that were left to expire. */
  readonly checkpoints: number
  /** Outcomes that nobody counted, as the process was killed or cut off between the commit and the count. */
  readonly uncounted: number
}

/** What was found when all jobs had ended. */
type Found = {
  readonly bucket: Bucket
  readonly db: Db
  readonly keys: ReadonlySet<string>
  /** Of the registry, by job_id; the chunks by files_id. */
  readonly jobs: ReadonlyMap<string, Document[]>
  readonly models: ReadonlyMap<string, Document[]>
  readonly files: ReadonlyMap<string, Document[]>
  readonly chunks: ReadonlyMap<string, Document[]>
  readonly counts: ReadonlyMap<string, Counted[]>
}

/** What the checks of one job note. */
type Notes = {
  wrong(what: string): void
  /** A key that the job may have. */
  expect(key: string): void
}

/**
 * Compares the bucket and the database with the jobs that were sent. Both must have been empty before.
 *
 * @param mayBeUncounted jobs whose process was killed between the commit and the count, or never heard that it had
 * committed: their count, and only theirs, may be lacking.
 */
export async function checkInvariants(
  jobs: readonly Job[],
  stores: { bucket: Bucket; db: Db },
  counted: readonly Counted[],
  mayBeUncounted: ReadonlySet<string>,
): Promise<Verdict> {
  const found = await findAll(stores, counted)
  const violations: string[] = []
  const totals = { completed: 0, failed: 0, uncounted: 0 }
  const expectedKeys = new Set<string>()

  async function check(job: Job): Promise<void> {
    const notes: Notes = {
      wrong: (what) => void violations.push(`${job.id}: ${what}`),
      expect: (key) => void expectedKeys.add(key),
    }
    const result = await checkResult(job, found, notes)
    if (result === undefined) return
    totals[result.status]++
    if (checkCount(job, result, found, notes, mayBeUncounted) === 'uncounted') totals.uncounted++
  }

  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) await check(job)
  }
  await Promise.all(Array.from({ length: 8 }, worker))

  const { db, keys, counts } = found
  const mayStay = (key: string) => /^(datasets|checkpoints)\//.test(key)
  for (const key of keys) if (!expectedKeys.has(key) && !mayStay(key)) violations.push(`orphan: ${key}`)
  for (const [name, expected] of Object.entries({
    jobs: jobs.length,
    models: totals.completed,
    'fs.files': totals.completed,
  })) {
    const count = await db.collection(name).countDocuments({})
    if (count !== expected) violations.push(`${name} has ${count} documents for ${expected} jobs`)
  }
  const known = new Set(jobs.map(({ id }) => id))
  for (const id of counts.keys()) if (!known.has(id)) violations.push(`${id} was counted, but never sent`)
  const checkpoints = [...keys].filter((key) => key.startsWith('checkpoints/')).length
  return { violations: violations.toSorted(), checkpoints, ...totals }
}

async function findAll(
  { bucket, db }: { bucket: Bucket; db: Db },
  counted: readonly Counted[],
): Promise<Found> {
  const keys = new Set<string>()
  for await (const { key } of bucket.list('')) keys.add(key)
  const all = (name: string, projection?: Document) => db.collection(name).find({}, { projection }).toArray()
  return {
    bucket,
    db,
    keys,
    jobs: Map.groupBy(await all('jobs'), ({ job_id }) => job_id),
    models: Map.groupBy(await all('models'), ({ job_id }) => job_id),
    files: Map.groupBy(await all('fs.files'), ({ metadata }) => metadata?.job_id),
    chunks: Map.groupBy(await all('fs.chunks', { files_id: 1 }), ({ files_id }) => String(files_id)),
    counts: Map.groupBy(counted, ({ job_id }) => job_id),
  }
}

/** Checks all of a job but its count. Returns its result; undefined when it has none. */
async function checkResult(job: Job, found: Found, notes: Notes): Promise<JobResult | undefined> {
  const { wrong, expect } = notes
  const key = jobKeys.result(job.id)
  expect(key)
  const stored = await found.bucket.getJson(key)
  if (stored === undefined) {
    wrong('has no result')
    return undefined
  }
  const result = jobResult.parse(stored)
  if (job.expected === 'completed' && result.status === 'failed') wrong(`failed: ${result.error}`)
  if (job.expected !== 'completed' && result.status === 'completed') wrong('completed, but cannot')
  if (job.expected !== 'completed' && result.status === 'failed' && !job.expected.test(result.error))
    wrong(`failed for another reason: ${result.error}`)

  const accepted = await checkAccepted(job, found, notes)
  const documents = found.jobs.get(job.id) ?? []
  if (documents.length !== 1) wrong(`has ${documents.length} documents in jobs`)
  else if (documents[0].status !== result.status) wrong(`is ${documents[0].status} in jobs`)

  const models = found.models.get(job.id) ?? []
  if (result.status === 'failed') {
    if (models.length > 0) wrong('failed, but has a model in the registry')
    return result
  }
  if (result.model_id !== job.model) wrong(`has the model ${result.model_id}`)
  if (models.length !== 1) wrong(`has ${models.length} documents in models`)
  await checkModel(job, accepted, models, found, notes)
  return result
}

/** Which of a job's messages was accepted; the others must have been refused. */
async function checkAccepted(
  job: Job,
  { bucket, keys }: Found,
  { wrong, expect }: Notes,
): Promise<JobRecord | undefined> {
  const stored = await bucket.getJson(jobKeys.record(job.id))
  if (stored === undefined) return undefined
  expect(jobKeys.record(job.id))
  const accepted = jobRecord.parse(stored)
  const refused = new Set(job.bodies.map(fingerprintOf))
  if (!refused.delete(accepted.fingerprint)) wrong('was accepted as a message that nobody sent')
  if (refused.size !== job.conflicts) wrong(`${refused.size} conflicting messages were sent`)
  for (const other of refused) {
    expect(jobKeys.conflict(job.id, other))
    if (!keys.has(jobKeys.conflict(job.id, other))) wrong('a conflicting message was not refused')
  }
  return accepted
}

function checkCount(
  job: Job,
  result: JobResult,
  { counts }: Found,
  { wrong }: Notes,
  mayBeUncounted: ReadonlySet<string>,
): 'counted' | 'uncounted' {
  const lines = counts.get(job.id) ?? []
  if (lines.length === 0 && mayBeUncounted.has(job.id)) return 'uncounted'
  if (lines.length !== 1) wrong(`was counted ${lines.length} times`)
  if (lines.some((line) => line.status !== result.status)) wrong('was counted as something else')
  return 'counted'
}

/** The files of a completed job's model, in the bucket and in GridFS. */
async function checkModel(
  job: Job,
  accepted: JobRecord | undefined,
  models: readonly Document[],
  { bucket, db, files, chunks }: Found,
  { wrong, expect }: Notes,
): Promise<void> {
  const manifest = manifestSchema.parse(await bucket.getJson(modelKey(job.model, 'manifest.json')))
  const asked = accepted?.message?.algorithm
  if (accepted !== undefined && asked !== 'auto' && manifest.algorithm !== asked)
    wrong('has the model of another message')
  expect(modelKey(job.model, 'manifest.json'))
  // Drawn when the model is registered, or else when it is asked for.
  expect(modelKey(job.model, 'report.html'))
  for (const [name, { sha256, bytes }] of Object.entries(manifest.files)) {
    expect(modelKey(job.model, name))
    const body = await bucket.get(modelKey(job.model, name))
    if (body === undefined || body.length !== bytes || hashOf(body) !== sha256)
      wrong(`${name} in the bucket is not the manifest's`)
  }
  const id = new ObjectId(job.model)
  const copies = files.get(job.id) ?? []
  if (copies.length !== 1 || !copies[0]._id.equals(id)) return wrong(`has ${copies.length} files in GridFS`)
  const stored = Buffer.concat(await new GridFSBucket(db).openDownloadStream(id).toArray())
  if (hashOf(stored) !== manifest.files['model.onnx'].sha256)
    wrong("its file in GridFS is not the manifest's")
  if (models[0]?.sha256 !== manifest.files['model.onnx'].sha256) wrong('its document has another sha256')
  const count = chunks.get(job.model)?.length
  if (count !== Math.ceil(stored.length / (255 * 1024))) wrong(`has ${count} chunks in GridFS`)
}

function fingerprintOf(body: string): string {
  try {
    return fingerprint(parseMessage(body).message)
  } catch (error) {
    if (error instanceof JobError) return textFingerprint(body)
    throw error
  }
}

const hashOf = (bytes: Uint8Array) => hash('sha256', bytes)
