import { readModelFile } from '../artifact/model-file.ts'
import type { Bucket } from '../storage/bucket.ts'
import { DamagedModel } from './damaged-model.ts'
import { MODEL_FILE, type OpenModel } from './predict.ts'
import { checkedFile, readManifest } from './read-model.ts'

/** Opens a model in the bucket. Throws as `openModel` does. */
export async function openStoredModel(bucket: Bucket, modelId: string): Promise<OpenModel> {
  const manifest = await readManifest(bucket, modelId)
  if (manifest === undefined) throw new DamagedModel(`The bucket ${bucket.name} has no model ${modelId}.`)
  const body = Buffer.concat(await Array.fromAsync(checkedFile(bucket, manifest, MODEL_FILE)))
  return { ...(await readModelFile(body.toString('utf8'))), manifest }
}
