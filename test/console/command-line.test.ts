import { expect, test } from 'vitest'
import { commandLine } from '../../console/command-line.ts'
import { readRoute } from '../../console/route.ts'

test('the command has every part of the message, quoted for a shell', () => {
  const message = {
    algorithm: 'svm',
    dataset_path: 'my data.csv',
    target_column: "it's",
    hyperparameters: { C: 10, kernel: 'poly', class_weight: { a: 1 } },
    feature_columns: ['a', 'b c'],
    drop_columns: ['$HOME'],
    split: { test_size: 0.25, stratify: true },
    cv: 5,
    date_columns: ['d', { column: 'e', parts: ['month', 'hour'] }],
    sample_weight_column: 'n',
    encoding: 'one_hot',
    csv: { delimiter: ';' },
  }
  expect(commandLine(message)).toBe(
    `npx tensorfleet train 'my data.csv' --algorithm svm --target 'it'\\''s' --param C=10 --param kernel=poly ` +
      `--param 'class_weight={"a":1}' --feature a --feature 'b c' --drop '$HOME' --split test_size=0.25 ` +
      `--split stratify=true --cv 5 --date d --date e=month,hour --sample-weight n --encoding one_hot --csv '{"delimiter":";"}'`,
  )
})

test('the command has a search, and how auto chooses', () => {
  const search = { parameters: { C: [1, 10], gamma: { uniform: [0, 1] } }, method: 'random', n_trials: 5 }
  expect(commandLine({ algorithm: 'svm', dataset_path: 'wine', search, compute: 'batch' })).toBe(
    `npx tensorfleet train wine --algorithm svm --search 'C=[1,10]' --search 'gamma={"uniform":[0,1]}' ` +
      `--search-options '{"method":"random","n_trials":5}' --compute batch`,
  )
  const auto = { time_budget_seconds: 30, metric: 'f1_macro' }
  expect(commandLine({ algorithm: 'auto', dataset_path: 'wine', auto })).toBe(
    'npx tensorfleet train wine --algorithm auto --budget 30 --metric f1_macro',
  )
})

test.each([
  ['', []],
  ['#/jobs/a%20b%2Fc', ['jobs', 'a b/c']],
  ['#/jobs/%E0%A4%A', ['jobs', '%E0%A4%A']],
])('the address %s is the page %j', (hash, path) => {
  expect(readRoute(hash).path).toEqual(path)
})
