/** The datasets of the worker: the files under datasets/ in its bucket, and what the registry has beside them. */
import { collectionsIn, type DatasetDocument } from '../registry/collections.ts'
import type { ListedObject } from '../storage/bucket.ts'
import { DATASETS_PREFIX, datasetKey } from '../storage/keys.ts'
import type { ApiContext } from './context.ts'
import { plainJson } from './plain-json.ts'
import { type Dataset, dataset, datasetName } from './schemas.ts'

/**
 * A page of files, in the order of their names; after the last file come the datasets that the registry alone has.
 *
 * @param after the name of the last file of the page before.
 */
export async function listDatasets(
  { bucket, registry, onError }: ApiContext,
  limit: number,
  after: string | undefined,
): Promise<{ datasets: Dataset[]; next: string | undefined }> {
  const files: ListedObject[] = []
  for await (const file of bucket.list(DATASETS_PREFIX, after && datasetKey(after))) {
    if (datasetName.safeParse(nameOf(file)).success) files.push(file)
    if (files.length > limit) break
  }
  const documents = await registry()
    .then(({ db }) => collectionsIn(db).datasets.find({}).limit(1000).toArray())
    .catch((error: unknown) => {
      onError(error)
      return []
    })
  const described = new Map(documents.map((document) => [document.name, document]))
  const page = files.slice(0, limit)
  const datasets = page.map((file) => fromFile(file, described.get(nameOf(file).replace(/\.csv$/, ''))))
  if (files.length > limit) return { datasets, next: nameOf(page[page.length - 1]) }
  const alone: Dataset[] = []
  for (const document of documents) {
    const stored = [datasetKey(document.name), datasetKey(`${document.name}.csv`)]
    const isStored = await Promise.all(stored.map((key) => bucket.exists(key)))
    if (!isStored.includes(true)) alone.push(fromDocument(document))
  }
  return { datasets: [...datasets, ...alone], next: undefined }
}

const nameOf = ({ key }: ListedObject) => key.slice(DATASETS_PREFIX.length)

function fromFile(file: ListedObject, document: DatasetDocument | undefined): Dataset {
  const name = nameOf(file)
  return {
    ...(document === undefined ? {} : described(document)),
    name,
    dataset_path: name,
    size_bytes: file.bytes,
    updated_at: file.modified.toISOString(),
  }
}

function fromDocument(document: DatasetDocument): Dataset {
  return { ...described(document), name: document.name, dataset_path: document.name }
}

/** Other programs write datasets, too: what of a document does not fit is left out. */
function described(document: DatasetDocument): Partial<Dataset> {
  const { description, target_column, features, n_samples, n_features } = plainJson(document)
  const parsed = dataset
    .pick({ description: true, target_column: true, features: true, n_samples: true, n_features: true })
    .safeParse({ description, target_column, features, n_samples, n_features })
  return parsed.success ? parsed.data : {}
}
