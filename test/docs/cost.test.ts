/** The figures and the picture of docs/cost.md are those of the prices in bench/cost.ts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { costOf, crossing, drawCost, places } from '../../bench/cost.ts'

const docs = join(import.meta.dirname, '..', '..', 'docs')
const page = readFileSync(join(docs, 'cost.md'), 'utf8')

test.each(places)('the costs of $name', (place) => {
  const figures = [10, 60, 600, 3600, 8 * 3600].map((seconds) => costOf(place, seconds).toFixed(4))
  expect(page.replaceAll('**', '')).toContain(`| ${place.name} | ${figures.join(' | ')} |`)
})

test('the lengths from which another place is cheaper than Lambda', () => {
  const [lambda, fargate, spot, sagemaker] = places
  const from = (place: (typeof places)[number]) => crossing(lambda, place)?.toFixed(0)
  expect(page).toContain(`cheapest up to ${from(spot)} processor-seconds`)
  expect(page).toContain(`cheaper than Lambda from ${from(fargate)} processor-seconds`)
  expect(page).toContain(`cheaper than Lambda from ${from(sagemaker)} processor-seconds`)
  for (const seconds of [1, 100, 1000, 100_000])
    expect(costOf(fargate, seconds)).toBeLessThan(costOf(sagemaker, seconds))
})

test('the picture', async () => {
  expect(`${await drawCost()}\n`).toBe(readFileSync(join(docs, 'cost.svg'), 'utf8'))
})
