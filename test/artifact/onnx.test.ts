import { InferenceSession, Tensor } from 'onnxruntime-web'
import { describe, expect, test } from 'vitest'
import { tasks } from '../../shared/data/task.ts'
import { type Case, type Column, cases, solve, solveTable } from '../support/onnx-cases.ts'
import { randomAlgorithms, randomTables } from '../support/onnx-random-cases.ts'

const isLarge = ({ data }: Case) => ['digits', 'many columns', 'many classes'].includes(data)
const title = 'onnxruntime-web predicts raw rows as the trained model does: $name'
const predictAlike = async (each: Case) => expectSame(await solve(each), each.bound)

test.each(cases.filter((each) => !isLarge(each)))(title, predictAlike)
test.each(cases.filter(isLarge))(title, { tags: 'long' }, predictAlike)

describe.each(tasks)('a %s', (task) => {
  describe.each([1, 2, 3, 4])('of a random table, seed %i', (seed) => {
    test.each(randomAlgorithms[task])('%s %j: new rows, too', async (algorithm, hyperparameters, bound) => {
      const { seen, unseen } = await randomTables(seed, task)
      await expectSame(await solveTable({ algorithm, hyperparameters, task }, seen, unseen), bound)
    })
  })
})

async function expectSame(solved: Awaited<ReturnType<typeof solve>>, bound: number): Promise<void> {
  const session = await InferenceSession.create(solved.onnx, { logSeverityLevel: 3 })
  const { outputNames } = session
  expect(outputNames).toHaveLength(solved.labels === undefined ? 1 : 2)
  const predict = async (from: number, to: number) => {
    const answer = await session.run(
      Object.fromEntries(solved.columns.map((column) => feed(column, from, to))),
    )
    const [scores, labels] = outputNames.map((name) => answer[name]).toReversed()
    return {
      labels:
        labels &&
        Array.from<unknown, unknown>(labels.data, (value) =>
          typeof value === 'string' ? value : Number(value),
        ),
      scores,
    }
  }
  const all = await predict(0, solved.rows)
  const first = await predict(0, 1)
  expect(all.labels).toEqual(solved.labels)
  expect(first.labels).toEqual(solved.labels?.slice(0, 1))
  const { rows, scores: expected } = solved
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  if (solved.labels === undefined) {
    expect(all.scores.dims).toEqual([rows])
    expect(farthest(all.scores.data, expected) / largest).toBeLessThan(bound)
  } else {
    expect(all.scores.dims).toEqual([rows, expected.length / rows])
    expect(farthest(all.scores.data, expected)).toBeLessThan(bound)
  }
  await session.release()
}

function feed({ name, type, values }: Column, from: number, to: number): [string, Tensor] {
  const dims = [to - from, 1]
  const part = values.slice(from, to)
  if (type === 'string') return [name, new Tensor('string', part.map(String), dims)]
  const numbers = part.map(Number)
  return type === 'double'
    ? [name, new Tensor('float64', Float64Array.from(numbers), dims)]
    : [name, new Tensor('float32', Float32Array.from(numbers), dims)]
}

function farthest(actual: Tensor['data'], expected: Float64Array): number {
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(actual[i]))), 0)
}
