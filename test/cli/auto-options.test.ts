/** `--budget`, `--metric` and `--parallel` of a job with `--algorithm auto`. */
import { expect, test } from 'vitest'
import { autoFields } from '../../cli/auto-options.ts'

test('budget, metric and parallel are the fields of auto', () => {
  expect(autoFields({ algorithm: 'auto' })).toEqual({})
  expect(autoFields({ algorithm: 'auto', budget: 60 })).toEqual({ auto: { time_budget_seconds: 60 } })
  expect(autoFields({ algorithm: 'auto', budget: 60, metric: 'f1_macro' })).toEqual({
    auto: { time_budget_seconds: 60, metric: 'f1_macro' },
  })
  expect(autoFields({ algorithm: 'auto', parallel: 4 })).toEqual({ auto: { max_parallel: 4 } })
})

test('a metric that is none is refused', () => {
  expect(() => autoFields({ algorithm: 'auto', metric: 'roc' })).toThrow(/^auto\.metric is "roc"/)
})

test('of a named algorithm they belong to its search', () => {
  expect(() => autoFields({ algorithm: 'svm', metric: 'f1_macro' })).toThrow(
    `--metric is for --algorithm auto. For a search write --search-options '{"metric":"f1_macro"}'.`,
  )
  expect(() => autoFields({ algorithm: 'svm', budget: 60 })).toThrow(
    `--budget is for --algorithm auto. For a search write --search-options '{"time_budget_seconds":60}'.`,
  )
})
