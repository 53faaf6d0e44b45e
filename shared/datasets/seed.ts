import { hash } from 'node:crypto'
import { ObjectId } from 'mongodb'
import { collectionsIn } from '../registry/collections.ts'
import { putFile } from '../registry/gridfs.ts'
import type { ModelStores, Registry } from '../registry/registry.ts'
import type { Bucket } from '../storage/bucket.ts'
import { samples } from './samples/index.ts'

/**
 * Puts the sample datasets into the bucket (`datasets/{name}.csv`), into GridFS and into the `datasets` collection.
 * Doing it again changes nothing.
 *
 * @returns the names of the datasets.
 */
export async function seedDatasets({ bucket, registry }: ModelStores): Promise<string[]> {
  await seedBucket(bucket)
  return seedRegistry(registry)
}

/** Puts the sample datasets into the bucket. */
export async function seedBucket(bucket: Bucket): Promise<void> {
  for (const { name, csv } of samples) await bucket.put(`datasets/${name}.csv`, Buffer.from(csv), 'text/csv')
}

/** Puts the sample datasets into GridFS and into the `datasets` collection. Returns their names. */
export async function seedRegistry(registry: Registry): Promise<string[]> {
  const { datasets } = collectionsIn(registry.db)
  await datasets.createIndex({ name: 1 })
  for (const { name, description, target_column, csv, ...sample } of samples) {
    const bytes = Buffer.from(csv)
    const sha256 = hash('sha256', bytes)
    const id = new ObjectId(sha256.slice(0, 24))
    const created_at = new Date(sample.created_at)
    await putFile(
      registry.db,
      { id, filename: `${name}.csv`, metadata: { sha256 }, uploadDate: created_at },
      (async function* () {
        yield bytes
      })(),
    )
    const lines = csv.trimEnd().split('\n')
    const features = lines[0].split(',').filter((column) => column !== target_column)
    await datasets.updateOne(
      { name },
      {
        $set: {
          name,
          description,
          features,
          target_column,
          n_samples: lines.length - 1,
          n_features: features.length,
          created_at,
          file_id: id,
        },
        $setOnInsert: { _id: id },
      },
      { upsert: true },
    )
  }
  return samples.map((sample) => sample.name)
}

/**
 * Seeds the sample datasets again if the bucket has them: a worker that was set up without them stays so.
 *
 * @returns the names of the datasets that were seeded.
 */
export async function reseedDatasets({ bucket, registry }: ModelStores): Promise<string[]> {
  const wereSeeded = await bucket.exists(`datasets/${samples[0].name}.csv`)
  return wereSeeded ? seedDatasets({ bucket, registry }) : []
}

/**
 * Gives the registry the sample datasets that the bucket has and it lacks: MongoDB was out of reach when they were seeded.
 *
 * @returns the names of the datasets that were added.
 */
export async function seedLateRegistry(stores: ModelStores): Promise<string[]> {
  const { datasets } = collectionsIn(stores.registry.db)
  const names = samples.map(({ name }) => name)
  const known = await datasets.countDocuments({ name: { $in: names } })
  return known < names.length ? reseedDatasets(stores) : []
}
