import { z } from 'zod'
import { modelType } from '../algorithms/names.ts'
import type { Manifest } from '../artifact/manifest.ts'
import { cleanJobName, type JobMessage } from '../jobs/message.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJson, writeJsonIfAbsent } from '../storage/json.ts'
import { receiptKey } from '../storage/keys.ts'
import type { Receipt, StorageService } from '../storage/storage-service.ts'
import { DamagedModel } from './damaged-model.ts'
import { checkedFile, readManifest } from './read-model.ts'

/** Empty until the service's answer is known. */
const uploadRecord = z.object({ mongo_id: z.string().optional(), minio_path: z.string().optional() })

/**
 * Uploads a stored model to the storage service, once: the service makes a new document of each call, so a record in the
 * bucket says before the call that it may have been made, and after it what the service answered.
 *
 * @returns the service's receipt, of this attempt or an earlier one.
 * @throws JobError when the service refuses the model; transient errors as they are.
 */
export async function uploadToStorageService(
  service: StorageService,
  bucket: Bucket,
  modelId: string,
  message: JobMessage,
): Promise<Receipt> {
  const manifest = await readManifest(bucket, modelId)
  if (manifest === undefined) throw new DamagedModel(`The bucket ${bucket.name} has no model ${modelId}.`)
  const key = receiptKey(modelId)
  let receipt: Receipt | undefined
  if (!(await writeJsonIfAbsent(bucket, key, {}))) {
    const earlier = await readJson(bucket, key, uploadRecord)
    if (earlier?.mongo_id !== undefined) return { mongo_id: earlier.mongo_id, minio_path: earlier.minio_path }
    receipt = await service.findModel(manifest.job_id, manifest.version)
  }
  if (receipt === undefined) {
    const bytes = Buffer.concat(await Array.fromAsync(checkedFile(bucket, manifest, 'model.onnx')))
    receipt = await service.saveModel('model.onnx', bytes, metadataOf(manifest, message))
  }
  await writeJson(bucket, key, receipt)
  return receipt
}

/** The original worker's metadata, by its names, and the file's sha256. */
function metadataOf(manifest: Manifest, message: JobMessage): Record<string, unknown> {
  const { hyperparameters, created_at } = manifest
  const type = modelType(manifest.algorithm)
  return {
    job_id: manifest.job_id,
    job_name: cleanJobName(message.job_name),
    name: manifest.model_name,
    algorithm: manifest.algorithm,
    dataset_name: manifest.dataset.name,
    hyperparameters,
    metrics: manifest.metrics,
    version: manifest.version,
    dataset_path: manifest.dataset.path,
    target_column: manifest.signature.output.name,
    features: manifest.signature.inputs.map((input) => input.name),
    training_duration: manifest.metrics.training_time,
    model_type: type,
    timestamp: created_at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_'),
    created_at,
    epochs: hyperparameters.epochs ?? 0,
    batch_size: hyperparameters.batch_size ?? 32,
    learning_rate: hyperparameters.learning_rate ?? 0.001,
    optimizer: hyperparameters.optimizer ?? (type === 'tensorflow' ? 'adam' : 'N/A'),
    sha256: manifest.files['model.onnx'].sha256,
  }
}
