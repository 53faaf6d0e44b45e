/** What must be true of the bucket, the registry and the counters when all jobs have ended, whatever happened meanwhile. */

import { createHash } from 'node:crypto'
import { type Db, GridFSBucket, ObjectId } from 'mongodb'
import { manifestSchema } from '../../../shared/artifact/manifest.ts'
import { JobError } from '../../../shared/errors/job-error.ts'
import { jobKeys } from '../../../shared/job-store/keys.ts'
import { fingerprint, textFingerprint } from '../../../shared/jobs/ids.ts'
import { parseMessage } from '../../../shared/jobs/parse-message.ts'
import { jobRecord } from '../../../shared/jobs/records.ts'
import { jobResult } from '../../../shared/jobs/result.ts'
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

/**
 * Holds the bucket and the database against the jobs that were sent. Both must have been empty before.
 *
 * @param mayBeUncounted jobs whose process was killed between the commit and the count, or never heard that it had
 * committed: their count, and only theirs, may be lacking.
 */
export async function checkInvariants(
  jobs: readonly Job[],
  places: { bucket: Bucket; db: Db },
  counted: readonly Counted[],
  mayBeUncounted: ReadonlySet<string>,
): Promise<Verdict> {
  const { bucket, db } = places
  const violations: string[] = []
  const totals = { completed: 0, failed: 0, uncounted: 0 }
  const expectedKeys = new Set<string>()
  const keys = new Set<string>()
  for await (const { key } of bucket.list('')) keys.add(key)
  const all = (name: string) => db.collection(name).find({}).toArray()
  const jobDocuments = Map.groupBy(await all('jobs'), ({ job_id }) => job_id)
  const modelDocuments = Map.groupBy(await all('models'), ({ job_id }) => job_id)
  const fileDocuments = Map.groupBy(await all('fs.files'), ({ metadata }) => metadata?.job_id)
  const allChunks = await db
    .collection('fs.chunks')
    .find({}, { projection: { files_id: 1 } })
    .toArray()
  const chunksOf = Map.groupBy(allChunks, ({ files_id }) => String(files_id))
  const counts = Map.groupBy(counted, ({ job_id }) => job_id)

  async function check(job: Job): Promise<void> {
    const wrong = (what: string): void => {
      violations.push(`${job.id}: ${what}`)
    }
    const key = jobKeys.result(job.id)
    expectedKeys.add(key)
    const found = await bucket.getJson(key)
    if (found === undefined) return wrong('has no result')
    const result = jobResult.parse(found)
    totals[result.status]++
    if (job.expected === 'completed' && result.status === 'failed') wrong(`failed: ${result.error}`)
    if (job.expected !== 'completed' && result.status === 'completed') wrong('completed, but cannot')
    if (job.expected !== 'completed' && result.status === 'failed' && !job.expected.test(result.error))
      wrong(`failed for another reason: ${result.error}`)

    const accepted = await bucket.getJson(jobKeys.record(job.id))
    if (accepted !== undefined) {
      expectedKeys.add(jobKeys.record(job.id))
      const standing = jobRecord.parse(accepted).fingerprint
      const refused = new Set(job.bodies.map(fingerprintOf))
      if (!refused.delete(standing)) wrong('was accepted as a message that nobody sent')
      if (refused.size !== job.conflicts) wrong(`${refused.size} conflicting messages were sent`)
      for (const other of refused) {
        expectedKeys.add(jobKeys.conflict(job.id, other))
        if (!keys.has(jobKeys.conflict(job.id, other))) wrong('a conflicting message was not refused')
      }
    }

    const documents = jobDocuments.get(job.id) ?? []
    if (documents.length !== 1) wrong(`has ${documents.length} documents in jobs`)
    else if (documents[0].status !== result.status) wrong(`is ${documents[0].status} in jobs`)

    const lines = counts.get(job.id) ?? []
    if (lines.length === 0 && mayBeUncounted.has(job.id)) totals.uncounted++
    else if (lines.length !== 1) wrong(`was counted ${lines.length} times`)
    if (lines.some((line) => line.status !== result.status)) wrong('was counted as something else')

    const models = modelDocuments.get(job.id) ?? []
    if (result.status === 'failed') {
      if (models.length > 0) wrong('failed, but has a model in the registry')
      return
    }
    if (result.model_id !== job.model) wrong(`has the model ${result.model_id}`)
    if (models.length !== 1) wrong(`has ${models.length} documents in models`)
    const manifest = manifestSchema.parse(await bucket.getJson(modelKey(job.model, 'manifest.json')))
    if (accepted !== undefined && manifest.algorithm !== jobRecord.parse(accepted).message?.algorithm)
      wrong('has the model of another message')
    expectedKeys.add(modelKey(job.model, 'manifest.json'))
    // Drawn when the model is registered, or else when it is asked for.
    expectedKeys.add(modelKey(job.model, 'report.html'))
    for (const [name, { sha256, bytes }] of Object.entries(manifest.files)) {
      expectedKeys.add(modelKey(job.model, name))
      const body = await bucket.get(modelKey(job.model, name))
      if (body === undefined || body.length !== bytes || hashOf(body) !== sha256)
        wrong(`${name} in the bucket is not the manifest's`)
    }
    const id = new ObjectId(job.model)
    const files = fileDocuments.get(job.id) ?? []
    if (files.length !== 1 || !files[0]._id.equals(id)) return wrong(`has ${files.length} files in GridFS`)
    const stored = Buffer.concat(await new GridFSBucket(db).openDownloadStream(id).toArray())
    if (hashOf(stored) !== manifest.files['model.onnx'].sha256)
      wrong("its file in GridFS is not the manifest's")
    if (models[0]?.sha256 !== manifest.files['model.onnx'].sha256) wrong('its document has another sha256')
    const chunks = chunksOf.get(job.model)?.length
    if (chunks !== Math.ceil(stored.length / (255 * 1024))) wrong(`has ${chunks} chunks in GridFS`)
  }

  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) await check(job)
  }
  await Promise.all(Array.from({ length: 8 }, worker))

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

function fingerprintOf(body: string): string {
  try {
    return fingerprint(parseMessage(body).message)
  } catch (error) {
    if (error instanceof JobError) return textFingerprint(body)
    throw error
  }
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
