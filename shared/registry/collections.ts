/** The collections of the registry: the one file that knows their names. What documents hold is a contract with readers. */
import type { Binary, Collection, Db, ObjectId } from 'mongodb'
import type { Manifest } from '../artifact/manifest.ts'
import type { CompletedResult, FailedResult } from '../jobs/result.ts'

/** A model: the original worker's fields, and after them what this worker adds. */
export type ModelDocument = {
  _id: ObjectId
  /** The model's file in GridFS. */
  file_id: ObjectId
  job_id: string
  name: string
  algorithm: string
  hyperparameters: unknown
  metrics: Manifest['metrics']
  cross_validation?: Manifest['cross_validation']
  search?: Manifest['search']
  leaderboard?: Manifest['leaderboard']
  version: string
  created_at: Date
  model_type: string
  dataset_name: string
  /** Seconds. */
  training_duration: number | null
  features: string[]
  target_column: string
  status: string
  /** Of the model's file, and where it lies: the fields of the original's storage service. */
  size_bytes?: number
  checksum?: string
  updated_at?: Date
  minio_bucket?: string
  minio_object?: string
  minio_path?: string
  dataset?: Manifest['dataset']
  /** Of the model's file. */
  sha256?: string
  warnings?: string[]
  tags?: Record<string, string>
  /** What was cut from the document, because MongoDB cannot hold it. */
  truncated?: string[]
}

/** A job whose message lies in the dead-letter queue. */
type DeadLettered = {
  readonly job_id: string
  readonly status: 'dead_lettered'
  /** Of the last attempt. */
  readonly error: string
  readonly attempt: number
  readonly dead_lettered_at?: Date
}

/** A job whose result cannot be registered: its model's files are damaged, or MongoDB does not take it. */
type Refused = {
  readonly job_id: string
  readonly status: 'completed' | 'failed'
  readonly model_id?: string
  /** Why; `tensorfleet registry rebuild` tries again. */
  readonly registration_error: string
}

/**
 * A job under its id: its result, or, while it has none, how far it is (shared/registry/job-progress.ts), with its message
 * and the original's fields.
 */
export type JobDocument = (
  | Omit<CompletedResult, 'completed_at'>
  | Omit<FailedResult, 'completed_at'>
  | { readonly job_id: string; readonly status: 'queued' | 'running'; readonly phase?: string }
  | DeadLettered
  | Refused
) & {
  _id: string
  message?: unknown
  /** The algorithm, as the original's readers of jobs have it. */
  model_type?: string
  dataset_path?: string
  hyperparameters?: Record<string, unknown>
  /** 0 … 100. */
  progress?: number
  current_loss?: number
  current_accuracy?: number
  created_at?: Date
  started_at?: Date
  completed_at?: Date
  updated_at?: Date
  /** What was cut from the document, because MongoDB cannot hold it. */
  truncated?: string[]
}

/** A name for one version of a model; `_id` is `name@alias`. */
export type AliasDocument = { _id: string; name: string; alias: string; version: string; model_id: ObjectId }

/** A dataset. Other programs write datasets, too: only the name and the file are needed. */
export type DatasetDocument = {
  _id: ObjectId
  name: string
  /** Its CSV in GridFS, which allows ids of any type. */
  file_id?: unknown
  /** Where it lies in the object store, as the original's storage service writes it: s3://bucket/key or bucket/key. */
  minio_path?: unknown
  description?: string
  features?: string[]
  target_column?: string
  n_samples?: number
  n_features?: number
  created_at?: Date
}

/** How far the sweep of a bucket came; `_id` is the bucket's name. */
export type SweepDocument = {
  _id: string
  /** The key of the last result that was compared. */
  after?: string
  /** The jobs that a sweep is registering: if it is killed, one of them has taken too long. */
  trying?: string[]
  /** The jobs at which a sweep was killed. They are registered after all others, one at a time. */
  postponed?: string[]
}

/** A file in GridFS. Those of other programs may have an `_id` of any type. */
export type FileDocument = {
  _id: ObjectId
  length: number
  chunkSize: number
  uploadDate: Date
  filename: string
  metadata?: Record<string, unknown>
  md5?: unknown
}

export type ChunkDocument = { _id: ObjectId; files_id: unknown; n: number; data: Binary }

const NAMES = {
  models: 'models',
  jobs: 'jobs',
  aliases: 'aliases',
  datasets: 'datasets',
  sweeps: 'sweeps',
  files: 'fs.files',
  chunks: 'fs.chunks',
} as const

/** The registry's collections in a database. Makes no request. */
export function collectionsIn(db: Db) {
  return {
    models: db.collection<ModelDocument>(NAMES.models),
    jobs: db.collection<JobDocument>(NAMES.jobs),
    aliases: db.collection<AliasDocument>(NAMES.aliases),
    datasets: db.collection<DatasetDocument>(NAMES.datasets),
    sweeps: db.collection<SweepDocument>(NAMES.sweeps),
    files: db.collection<FileDocument>(NAMES.files),
    chunks: db.collection<ChunkDocument>(NAMES.chunks),
  }
}

/** The collection whose documents are a dataset's rows; undefined for a name that the registry or MongoDB uses itself. */
export function datasetCollection(db: Db, name: string): Collection | undefined {
  if (!/^[A-Za-z_][\w.-]{0,119}$/.test(name) || name.startsWith('system.')) return undefined
  if (Object.values<string>(NAMES).includes(name)) return undefined
  return db.collection(name)
}
