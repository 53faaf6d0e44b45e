/**
 * The parity set: scikit-learn's answers to the original worker's jobs. `../shared/parity` beside the project is
 * used where it is there, else the copy in test/fixtures/parity.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const paritySets = ['iris', 'wine', 'breast_cancer', 'digits', 'mixed'] as const
export type ParitySet = (typeof paritySets)[number]

const beside = new URL('../../../shared/parity/', import.meta.url)
export const parityFolder = existsSync(beside) ? beside : new URL('../fixtures/parity/', import.meta.url)

export const parityCsv = (name: ParitySet) => fileURLToPath(new URL(`${name}.csv`, parityFolder))

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
  return JSON.parse(readFileSync(new URL(`${name}.expected.json`, parityFolder), 'utf8'))
}
