import { buffer } from 'node:stream/consumers'
import type { Manifest } from '../artifact/manifest.ts'
import { reportDataSchema } from '../report/report-data.ts'
import type { Bucket } from '../storage/bucket.ts'
import { deletedKey, modelKey } from '../storage/keys.ts'
import { checkedFile, readManifest } from './read-model.ts'

/**
 * Draws a model's `report.html` and puts it beside the model, unless it is there, the model was deleted, or it was stored
 * before there were reports.
 *
 * Not done by the job itself: loading vega and drawing take longer than a small job as a whole, and nobody should wait
 * for the page to have the result.
 */
export async function storeReport(bucket: Bucket, modelId: string): Promise<void> {
  const key = modelKey(modelId, 'report.html')
  if (await bucket.exists(key)) return
  const manifest = await readManifest(bucket, modelId)
  if (manifest?.files['report.json'] === undefined) return
  const page = await drawReport(bucket, manifest)
  await bucket.put(key, page, 'text/html; charset=utf-8')
  // A deletion writes its tombstone first: either the tombstone is seen here, or the deletion removes this report, too.
  if (await bucket.exists(deletedKey(modelId))) await bucket.delete([key])
}

/** The bytes of a model's `report.html`: the stored ones, or, where there are none yet, the same drawn now. */
export async function readReport(bucket: Bucket, modelId: string): Promise<Uint8Array | string> {
  const stored = await bucket.get(modelKey(modelId, 'report.html'))
  if (stored !== undefined) return stored
  const manifest = await readManifest(bucket, modelId)
  if (manifest === undefined) throw new Error(`The bucket ${bucket.name} has no model ${modelId}.`)
  if (manifest.files['report.json'] === undefined) {
    throw new Error(`The model ${modelId} was stored before there were reports: train it again to have one.`)
  }
  return drawReport(bucket, manifest)
}

/** Throws DamagedModel when `report.json` is not the file that was stored with the model. */
async function drawReport(bucket: Bucket, manifest: Manifest): Promise<string> {
  const text = await buffer(checkedFile(bucket, manifest, 'report.json'))
  const data = reportDataSchema.parse(JSON.parse(text.toString()))
  const { reportPage } = await import('../report/page.ts')
  return reportPage(manifest, data)
}
