import { iris } from './samples/iris.ts'
import { wine } from './samples/wine.ts'

/** A dataset that comes with the worker, described as the registry's `datasets` collection describes one. */
export type Sample = {
  readonly name: string
  readonly description: string
  readonly features: readonly string[]
  readonly target_column: string
  readonly n_samples: number
  readonly n_features: number
  /** The dataset: CSV text with a header line, the target last. */
  readonly csv: string
}

export const samples: readonly Sample[] = [
  sample('iris', 'Iris flowers: three species told apart by the size of sepals and petals.', iris),
  sample('wine', 'Wines of one region: three growers told apart by chemical analysis.', wine),
]

function sample(name: string, description: string, csv: string): Sample {
  const [header, ...rows] = csv.trimEnd().split('\n')
  const columns = header.split(',')
  const features = columns.slice(0, -1)
  return {
    name,
    description,
    features,
    target_column: columns[features.length],
    n_samples: rows.length,
    n_features: features.length,
    csv,
  }
}
