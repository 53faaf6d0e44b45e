/**
 * What programs may call: predictions of a trained model, and the contract of jobs and results.
 *
 * Everything else in this repository can change from one version to the next. examples/ shows each of these at work.
 *
 * @module
 */
export { type AlgorithmName, algorithmNames } from '../shared/algorithms/names.ts'
export type { Manifest } from '../shared/artifact/manifest.ts'
export type { UnknownValues } from '../shared/data/unknown-values.ts'
export { JobError, type JobErrorCode, jobErrorCodes } from '../shared/errors/job-error.ts'
export { type JobMessage, jobMessage } from '../shared/jobs/message.ts'
export {
  type CompletedResult,
  type FailedResult,
  type JobMetrics,
  type JobResult,
  jobResult,
} from '../shared/jobs/result.ts'
export { DamagedModel } from '../shared/models/damaged-model.ts'
export {
  type Label,
  type OpenModel,
  openModel,
  type PredictedBatch,
  predictFile,
} from '../shared/models/predict.ts'
