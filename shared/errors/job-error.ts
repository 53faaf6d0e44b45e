/** Why a job failed, for programs: a stable code of each kind of error, and what it means. docs/errors.md lists them. */
export const jobErrorCodes = {
  bad_message:
    'The message is not a job: it is not JSON, or a field is missing or has a value that is not allowed.',
  job_id_conflict: 'The job_id belongs to another message already.',
  bad_hyperparameter: 'A hyperparameter is unknown, not supported, out of range or at odds with another one.',
  dataset_not_found: 'There is no dataset at dataset_path, nor one of that name in the registry.',
  dataset_refused:
    'S3 does not give the dataset to the worker: it is archived, under a key or in a region that the worker cannot use.',
  dataset_unreadable: 'The dataset is not in a format that can be read, or is damaged.',
  dataset_damaged:
    'The stored dataset is not whole: its bytes do not fit the length, the chunks or the checksum that are stored with it.',
  dataset_empty: 'The dataset has no rows.',
  dataset_too_large:
    'The dataset is larger than a limit: bytes, rows times columns, columns, or the length of a field.',
  dataset_changed: 'The dataset was changed between two attempts at the job.',
  target_missing: 'The dataset has no column of the name in target_column.',
  bad_target: 'The target column cannot be learned: one class, too few rows, or not classes at all.',
  bad_task: 'The algorithm does not have the task (classification or regression) that is asked for.',
  bad_features:
    'A feature column cannot be learned from, or there are none, or not as many as the algorithm needs.',
  bad_sample_weight: 'The column of sample_weight_column does not have a weight for each training row.',
  bad_split: 'The rows cannot be split into training and test as the message asks.',
  column_missing: 'The data lack a column that the model needs.',
  bad_value: 'The data have a text where the model needs a number.',
  disk_full: 'The dataset does not fit on the disk of the worker.',
  too_large_to_train: 'The fit needs more memory than the worker has.',
  model_too_large: 'The model would be larger than a model file can be.',
  time_limit_exceeded: 'The fit or its predictions take longer than the limit of the worker.',
  compute_missing: 'The message asks for a machine (compute) that the worker does not have.',
  no_progress: 'The fit cannot be interrupted often enough to be continued in another call.',
  diverged: 'The fit found no finite solution.',
  not_packaged: 'The worker was deployed without a package that the job needs.',
  model_damaged: 'The model file is damaged.',
  record_damaged:
    'An object that the worker keeps in its bucket about the job is not what was written there: it was edited or damaged.',
  storage_service_refused: 'The storage service refused the model.',
  cancelled: 'The job was cancelled.',
  dead_lettered:
    'Every attempt failed with a transient error, and the message was purged from the dead-letter queue.',
  internal: 'A fault of the worker itself: please report it.',
} as const

export type JobErrorCode = keyof typeof jobErrorCodes

/**
 * A permanent error: the job cannot succeed however often it is tried, because of the message, the dataset or the
 * hyperparameters. It ends as a `failed` result with this code and this sentence, so write the sentence for the person
 * who sent the job: what is wrong, where, and what to do.
 *
 * Every other error is taken to be transient (a throttled call, a lost connection) and is thrown on, so that the queue
 * delivers the message again.
 */
export class JobError extends Error {
  override readonly name = 'JobError'
  readonly code: JobErrorCode

  constructor(code: JobErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
