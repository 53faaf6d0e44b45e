/** The parity set: scikit-learn's answers to the original worker's jobs, beside the project in ../shared/parity. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const paritySets = ['iris', 'wine', 'breast_cancer', 'digits', 'mixed'] as const
export type ParitySet = (typeof paritySets)[number]

const folder = join(import.meta.dirname, '..', '..', 'shared', 'parity')

export const parityCsv = (name: ParitySet) => join(folder, `${name}.csv`)

type ExpectedModel = {
  predictions: number[]
  train_accuracy: number
  test_accuracy: number
  precision: number
  recall: number
  f1_score: number
  classification_report: Record<string, unknown>
}

export type Expected = {
  rows: number
  features: string[]
  target: string
  classes: string[] | null
  test_rows: number[]
  scaler_mean: number[]
  scaler_scale: number[]
  models: Record<'random_forest' | 'logistic_regression' | 'svm' | 'decision_tree', ExpectedModel>
}

export function expected(name: ParitySet): Expected {
  return JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8'))
}
