/** What a job has reached between two calls, in the format of V8's structured clone: typed arrays stay typed arrays. */
import { deserialize, serialize } from 'node:v8'
import { z } from 'zod'
import type { Checkpoint, Fit } from '../algorithms/algorithm.ts'
import { type StoppedBy, stoppedBy } from '../jobs/result.ts'
import type { Bucket } from '../storage/bucket.ts'
import { DamagedRecord } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

/** A fit that is done: its model, as plain data, and what there is to say of it. */
export type FittedModel = Omit<Extract<Fit<unknown>, { status: 'done' }>, 'status'>

const scores = z.array(z.number().or(z.nan()))

/** The scores of a combination of hyperparameters on each fold, or why it has none. */
const seconds = z.number().optional()
const trialOutcome = z.union([z.object({ scores, seconds }), z.object({ error: z.string(), seconds })])
export type TrialOutcome = z.infer<typeof trialOutcome>

/** What became of a candidate of the algorithm "auto". */
const candidateOutcome = z.union([
  z.object({ scores, seconds: z.number() }),
  z.object({ error: z.string(), seconds: z.number() }),
  z.object({ notTried: z.string() }),
])
export type CandidateOutcome = z.infer<typeof candidateOutcome>

const autoState = z.object({
  /** Per fold, the score of what looks at no feature. */
  baseline: scores,
  /** The candidates that are done with, in their order. */
  candidates: z.array(candidateOutcome),
  /** When the running candidate began, in seconds of all calls. */
  begun: z.number(),
})
export type AutoState = z.infer<typeof autoState>

export type SavedCheckpoint = {
  /** What the fit resumes from; null: it begins anew. */
  readonly checkpoint: Checkpoint | null
  /** Of a fit that is done: all that is left is to evaluate and to store it. */
  readonly fitted?: FittedModel
  /** Which fit of a job that cross-validates or searches it is; without one, that of the model. */
  readonly stage?: string
  /** Of the folds that are done; of a search, those of its running trial. */
  readonly foldScores?: readonly number[]
  /** Of a search, the trials that have ended. */
  readonly trials?: readonly TrialOutcome[]
  /** Of the algorithm "auto". */
  readonly auto?: AutoState
  /** Why a search ended before it had tried all. */
  readonly stoppedBy?: StoppedBy
  /** Seconds that the fit itself has taken so far. */
  readonly seconds: number
  /** Seconds that all calls have taken so far. */
  readonly elapsed: number
}

const savedCheckpoint = z.object({
  seconds: z.number(),
  elapsed: z.number(),
  checkpoint: z.custom<Checkpoint | null>((value) => typeof value === 'object'),
  fitted: z.custom<FittedModel>((value) => typeof value === 'object' && value !== null).optional(),
  stage: z.string().optional(),
  foldScores: scores.optional(),
  trials: z.array(trialOutcome).optional(),
  stoppedBy: stoppedBy.optional(),
  auto: autoState.optional(),
})

/** @returns the size of the checkpoint in bytes. */
export function saveCheckpoint(
  bucket: Bucket,
  jobId: string,
  fingerprint: string,
  saved: SavedCheckpoint,
): Promise<number> {
  return save(bucket, jobKeys.checkpoint(jobId), { fingerprint, ...saved })
}

/** @returns the checkpoint and its size in bytes; undefined when there is none of the message with this fingerprint. */
export function loadCheckpoint(
  bucket: Bucket,
  jobId: string,
  fingerprint: string,
): Promise<(SavedCheckpoint & { readonly bytes: number }) | undefined> {
  return load(bucket, jobKeys.checkpoint(jobId), fingerprint, savedCheckpoint)
}

/** A model that is fitted and evaluated, with all that its files are made of. */
export type SavedEvaluation<Evaluated> = {
  readonly evaluated: Evaluated
  /** Seconds that all calls have taken so far. */
  readonly elapsed: number
}

/** @returns its size in bytes. */
export function saveEvaluation(
  bucket: Bucket,
  jobId: string,
  fingerprint: string,
  saved: SavedEvaluation<object>,
): Promise<number> {
  return save(bucket, jobKeys.evaluated(jobId), { fingerprint, ...saved })
}

/** @returns undefined when there is none of the message with this fingerprint. */
export function loadEvaluation<Evaluated>(
  bucket: Bucket,
  jobId: string,
  fingerprint: string,
  schema: z.ZodType<Evaluated>,
): Promise<(SavedEvaluation<Evaluated> & { readonly bytes: number }) | undefined> {
  const saved = z.object({ elapsed: z.number(), evaluated: schema })
  return load(bucket, jobKeys.evaluated(jobId), fingerprint, saved)
}

async function save(bucket: Bucket, key: string, saved: { fingerprint: string }): Promise<number> {
  const bytes = serialize(saved)
  await bucket.put(key, bytes)
  return bytes.length
}

/** @param fingerprint of the job's message: what was saved for another is not found. */
async function load<T>(
  bucket: Bucket,
  key: string,
  fingerprint: string,
  schema: z.ZodType<T>,
): Promise<(T & { readonly bytes: number }) | undefined> {
  const bytes = await bucket.get(key)
  if (bytes === undefined) return undefined
  const found = deserialized(bytes)
  const owner = z.object({ fingerprint: z.string() }).safeParse(found)
  const parsed = schema.safeParse(found)
  if (!owner.success || !parsed.success) {
    const [issue] = (owner.error ?? parsed.error)?.issues ?? []
    throw new DamagedRecord(`s3://${bucket.name}/${key} is not a checkpoint: ${issue?.message}.`)
  }
  return owner.data.fingerprint === fingerprint ? { ...parsed.data, bytes: bytes.length } : undefined
}

/** undefined for bytes that are no structured clone. */
function deserialized(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes)
  } catch {
    return undefined
  }
}
