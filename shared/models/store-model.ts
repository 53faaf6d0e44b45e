import { createHash } from 'node:crypto'
import { arithmeticField } from '../algorithms/arithmetic.ts'
import type { AlgorithmName } from '../algorithms/names.ts'
import type { Manifest } from '../artifact/manifest.ts'
import { writeModelFile } from '../artifact/model-file.ts'
import { signature } from '../artifact/signature.ts'
import type { Preparation } from '../data/preparation.ts'
import type { Task } from '../data/task.ts'
import { afterComputation } from '../errors/code-fault.ts'
import { modelId } from '../jobs/ids.ts'
import { modelName } from '../jobs/message.ts'
import type { TrainableJob } from '../jobs/records.ts'
import type {
  CompletedResult,
  CrossValidation,
  JobMetrics,
  Leaderboard,
  RivalComparison,
  SearchResult,
} from '../jobs/result.ts'
import type { ReportData } from '../report/report-data.ts'
import { version as ownVersion } from '../runtime/version.ts'
import type { Bucket } from '../storage/bucket.ts'
import { modelKey } from '../storage/keys.ts'
import { readManifest } from './read-model.ts'

export type TrainedModel = {
  readonly job: TrainableJob
  readonly algorithm: AlgorithmName
  readonly hyperparameters: Record<string, unknown>
  readonly model: unknown
  readonly task: Task
  readonly preparation: Preparation<Task>
  readonly metrics: JobMetrics
  readonly crossValidation?: CrossValidation | undefined
  readonly search?: SearchResult | undefined
  readonly leaderboard?: Leaderboard | undefined
  readonly comparison?: RivalComparison | undefined
  readonly report: ReportData
  readonly dataset: Manifest['dataset']
  readonly warnings: readonly string[]
}

/**
 * Puts a model's files in place and returns the result to commit. An earlier attempt's manifest stands with its files,
 * so that two attempts at one job, whose measured times differ, describe one model in one way.
 */
export async function storeModel(bucket: Bucket, trained: TrainedModel): Promise<CompletedResult> {
  const { message, accepted_at } = trained.job
  const id = modelId(message.job_id)
  const earlier = await storedModel(bucket, message.job_id)
  if (earlier !== undefined) return earlier
  const version = `v${Math.floor(Date.parse(accepted_at) / 1000)}`
  const files = await modelFiles(trained, version)
  const stored = files.map(
    async ({ name, pieces, type }) =>
      [name, await storeFile(bucket, modelKey(id, name), madeWithoutFault(name, pieces), type)] as const,
  )
  const manifest: Manifest = {
    format: 'tensorfleet-manifest/1',
    model_id: id,
    job_id: message.job_id,
    model_name: modelName(message),
    version,
    algorithm: trained.algorithm,
    task: trained.task,
    hyperparameters: trained.hyperparameters,
    created_at: accepted_at,
    metrics: trained.metrics,
    ...(trained.crossValidation && { cross_validation: trained.crossValidation }),
    ...(trained.search && { search: trained.search }),
    ...(trained.leaderboard && { leaderboard: trained.leaderboard }),
    ...(trained.comparison && { comparison: trained.comparison }),
    signature: signature(trained.preparation),
    dataset: trained.dataset,
    files: Object.fromEntries(await Promise.all(stored)),
    trained_by: { ...trainedBy(), ...arithmeticField.parse(trained.model) },
    warnings: [...trained.warnings],
  }
  return resultOf(bucket, await putManifest(bucket, manifest))
}

/**
 * The result of an attempt that stored its model and was stopped before it could commit; undefined when there was none.
 * Its manifest was written after the model's files, so they are there.
 */
export async function storedModel(bucket: Bucket, jobId: string): Promise<CompletedResult | undefined> {
  const manifest = await readManifest(bucket, modelId(jobId))
  return manifest && resultOf(bucket, manifest)
}

function resultOf(bucket: Bucket, manifest: Manifest): CompletedResult {
  return {
    job_id: manifest.job_id,
    model_id: manifest.model_id,
    minio_model_id: `s3://${bucket.name}/${modelKey(manifest.model_id, 'model.onnx')}`,
    status: 'completed',
    algorithm: manifest.algorithm,
    ...(manifest.task === undefined ? {} : { task: manifest.task }),
    metrics: manifest.metrics,
    ...(manifest.cross_validation && { cross_validation: manifest.cross_validation }),
    ...(manifest.search && { search: manifest.search }),
    ...(manifest.leaderboard && { leaderboard: manifest.leaderboard }),
    ...(manifest.comparison && { comparison: manifest.comparison }),
    model_name: manifest.model_name,
    version: manifest.version,
    warnings: manifest.warnings,
  }
}

/** `model.onnx` for every runtime, `model.json` for our own, `report.json` to draw the report from. */
async function modelFiles({ job, algorithm, model, preparation, report }: TrainedModel, version: string) {
  const { writeOnnx } = await import('../artifact/onnx/write-onnx.ts')
  const { job_id } = job.message
  const onnx = writeOnnx(
    { algorithm, model, preparation },
    { job_id, version, signature: JSON.stringify(signature(preparation)) },
  )
  return [
    { name: 'model.onnx', pieces: onnx, type: 'application/octet-stream' },
    { name: 'model.json', pieces: writeModelFile(algorithm, preparation, model), type: 'application/json' },
    { name: 'report.json', pieces: [Buffer.from(JSON.stringify(report))], type: 'application/json' },
  ]
}

/** @throws JobError (internal) where the file cannot be made. */
function* madeWithoutFault(name: string, pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    throw afterComputation(`The writing of ${name}`, error)
  }
}

/** Writes a file. Returns its size and hash, which are computed while its pieces pass. */
async function storeFile(
  bucket: Bucket,
  key: string,
  pieces: Iterable<Uint8Array>,
  type: string,
): Promise<Manifest['files'][string]> {
  const hash = createHash('sha256')
  let bytes = 0
  function* passing() {
    for (const piece of pieces) {
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
  }
  await bucket.putPieces(key, passing(), type)
  return { sha256: hash.digest('hex'), bytes }
}

async function putManifest(bucket: Bucket, manifest: Manifest): Promise<Manifest> {
  const key = modelKey(manifest.model_id, 'manifest.json')
  if (await bucket.putIfAbsent(key, JSON.stringify(manifest, null, 2), 'application/json')) return manifest
  const earlier = await readManifest(bucket, manifest.model_id)
  if (earlier === undefined) throw new Error(`The manifest ${key} was deleted meanwhile.`)
  return earlier
}

function trainedBy(): Manifest['trained_by'] {
  return { tensorfleet: ownVersion, node: process.version, platform: `${process.platform}-${process.arch}` }
}
