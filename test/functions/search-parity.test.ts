/** Searches beside scikit-learn: every trial's score, the ranking and the choice, on three datasets with four algorithms. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareSearch, type SearchCase, searchCases } from '../support/search-parity.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const isQuick = ({ file, algorithm }: SearchCase) =>
  file === 'parity/wine' && ['decision_tree', 'svm'].includes(algorithm)

async function compare(asked: SearchCase): Promise<void> {
  const compared = await compareSearch(worker, asked)
  expect(compared, JSON.stringify(compared)).toMatchObject({ isEqual: true })
}

test.each(searchCases.filter(isQuick))('$title', compare)
test.each(searchCases.filter((each) => !isQuick(each)))('$title', { tags: 'long' }, compare)
