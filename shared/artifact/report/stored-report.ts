import { createHash } from 'node:crypto'
import { modelKey } from '../../storage/keys.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import { manifestSchema } from '../manifest.ts'
import { reportPage } from './page.ts'
import { reportDataSchema } from './report-data.ts'

/**
 * Draws a model's `report.html` from its stored files.
 *
 * @throws when the bucket does not have them, or has others than were trained.
 */
export async function drawStoredReport(modelId: string, store: ObjectStore, bucket: string): Promise<string> {
  const found = await store.getJson(bucket, modelKey(modelId, 'manifest.json'))
  if (found === undefined) throw new Error(`The bucket ${bucket} has no model ${modelId}.`)
  const manifest = manifestSchema.parse(found)
  const key = modelKey(modelId, 'report.json')
  const content = await store.get(bucket, key)
  if (content === undefined) throw new Error(`The bucket ${bucket} lacks ${key}: the model has no report.`)
  if (createHash('sha256').update(content).digest('hex') !== manifest.files['report.json']?.sha256) {
    throw new Error(
      `${key} is not the file that was stored with the model: its sha256 differs from the manifest's.`,
    )
  }
  return reportPage(manifest, reportDataSchema.parse(JSON.parse(Buffer.from(content).toString())))
}
