import { expect, test } from 'vitest'
import { closestMatch, didYouMean } from '../../shared/errors/closest-match.ts'

const known = ['max_depth', 'min_samples_leaf', 'C']

test.each<[string, string | undefined]>([
  ['max_dept', 'max_depth'],
  ['Max-Depth', 'max_depth'],
  ['min_sample_leaf', 'min_samples_leaf'],
  ['c', 'C'],
  ['depth', undefined],
  ['', undefined],
])('%s is close to %s', (given, name) => {
  expect(closestMatch(given, known)).toBe(name)
})

test('the first of names as close is found', () => {
  expect(closestMatch('abcx', ['abca', 'abcb'])).toBe('abca')
})

test('a sentence asks for the close name, or says nothing', () => {
  expect(didYouMean('max_dept', known)).toBe(' (did you mean "max_depth"?)')
  expect(didYouMean('colour', known)).toBe('')
})
