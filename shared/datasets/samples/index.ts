import { diabetes } from './diabetes.ts'
import { iris } from './iris.ts'
import { wine } from './wine.ts'

export type Sample = {
  readonly name: string
  readonly description: string
  readonly target_column: string
  /** Of its documents in the registry, ISO 8601. Fixed, so that the registry can be made again as it was. */
  readonly created_at: string
  /** The dataset, as CSV text. */
  readonly csv: string
}

/** The datasets that a new worker comes with. Each has one target column (the original's iris had two). */
export const samples: readonly Sample[] = [
  {
    name: 'iris',
    description: 'Iris flower dataset for classification: 150 flowers, 4 measures in cm, 3 species.',
    target_column: 'species',
    created_at: '2026-11-23T00:00:00.000Z',
    csv: iris,
  },
  {
    name: 'wine',
    description: 'Wine recognition dataset: 178 wines of 3 cultivars, 13 chemical measures.',
    target_column: 'wine_class',
    created_at: '2026-11-23T00:00:00.000Z',
    csv: wine,
  },
  {
    name: 'diabetes',
    description:
      'Diabetes dataset for regression: 442 patients, 10 measures, and how far the disease was a year later.',
    target_column: 'target',
    created_at: '2026-11-27T00:00:00.000Z',
    csv: diabetes,
  },
]
