import { hash } from 'node:crypto'
import { ObjectId } from 'mongodb'
import { collectionsIn } from '../registry/collections.ts'
import { putFile } from '../registry/gridfs.ts'
import type { ModelStores, Registry } from '../registry/registry.ts'
import type { Bucket } from '../storage/bucket.ts'
import { datasetKey } from '../storage/keys.ts'
import { type Sample, samples } from './samples/index.ts'
import { haveSameRows } from './samples/renamed-targets.ts'

const keyOf = ({ name }: Sample) => datasetKey(`${name}.csv`)

/**
 * Puts the sample datasets into the bucket (`datasets/{name}.csv`), into GridFS and into the `datasets` collection.
 * Doing it again changes nothing.
 *
 * @returns the names of the datasets.
 */
export async function seedDatasets({ bucket, registry }: ModelStores): Promise<string[]> {
  return seedRegistry(registry, await seedBucket(bucket))
}

/**
 * Puts the sample datasets into the bucket. A file of somebody's own that has a sample's name stays.
 *
 * @returns the samples that the bucket has now.
 */
export async function seedBucket(bucket: Bucket): Promise<Sample[]> {
  const inBucket: Sample[] = []
  for (const sample of samples) {
    const found = await fileOf(bucket, sample)
    if (found === 'other') continue
    if (found !== 'sample') await bucket.put(keyOf(sample), Buffer.from(sample.csv), 'text/csv')
    inBucket.push(sample)
  }
  return inBucket
}

/** What the bucket has under a sample's name. */
async function fileOf(
  bucket: Bucket,
  sample: Sample,
): Promise<'none' | 'sample' | 'former sample' | 'other'> {
  const body = await bucket.stream(keyOf(sample))
  if (body === undefined) return 'none'
  const current = Buffer.from(sample.csv)
  const pieces: Buffer[] = []
  let bytes = 0
  // No version of a sample is larger: of another file the beginning is enough.
  for await (const piece of body) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > current.length) return 'other'
  }
  const found = Buffer.concat(pieces)
  if (found.equals(current)) return 'sample'
  return haveSameRows(hash('sha256', found), hash('sha256', current)) ? 'former sample' : 'other'
}

/** Puts samples into GridFS and into the `datasets` collection. Returns their names. */
export async function seedRegistry(registry: Registry, seeded: readonly Sample[]): Promise<string[]> {
  const { datasets } = collectionsIn(registry.db)
  await datasets.createIndex({ name: 1 })
  for (const { name, description, target_column, csv, ...sample } of seeded) {
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
  return seeded.map((sample) => sample.name)
}

/** The samples that the bucket has: a worker that was set up without them stays so. */
async function samplesIn(bucket: Bucket): Promise<Sample[]> {
  const found = await Promise.all(samples.map((sample) => fileOf(bucket, sample)))
  return samples.filter((_, k) => found[k] === 'sample' || found[k] === 'former sample')
}

/**
 * Gives the registry the sample datasets that the bucket has.
 *
 * @returns their names.
 */
export async function reseedDatasets({ bucket, registry }: ModelStores): Promise<string[]> {
  return seedRegistry(registry, await samplesIn(bucket))
}

/**
 * Gives the registry the sample datasets that the bucket has and it lacks: MongoDB was out of reach when they were seeded.
 *
 * @returns the names of the datasets that were added.
 */
export async function seedLateRegistry({ bucket, registry }: ModelStores): Promise<string[]> {
  const { datasets } = collectionsIn(registry.db)
  const names = samples.map(({ name }) => name)
  const known = await datasets.distinct('name', { name: { $in: names } })
  if (known.length === names.length) return []
  const late = (await samplesIn(bucket)).filter(({ name }) => !known.includes(name))
  return seedRegistry(registry, late)
}
