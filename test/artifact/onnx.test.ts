import { InferenceSession, Tensor } from 'onnxruntime-web'
import { describe, expect, test } from 'vitest'
import { type Column, cases, solve, solveTable } from '../support/onnx-cases.ts'
import { randomAlgorithms, randomTables } from '../support/onnx-random-cases.ts'

test.each(cases)('onnxruntime-web predicts raw rows as the trained model does: $name', async (each) => {
  await expectSame(await solve(each), 1e-4)
})

describe.each([1, 2, 3, 4])('a random table, seed %i', (seed) => {
  test.each(randomAlgorithms)('%s %j: new rows, too', async (algorithm, hyperparameters, bound) => {
    const { seen, unseen } = await randomTables(seed)
    await expectSame(await solveTable(algorithm, hyperparameters, seen, unseen), bound)
  })
})

async function expectSame(solved: Awaited<ReturnType<typeof solve>>, bound: number): Promise<void> {
  const session = await InferenceSession.create(solved.onnx, { logSeverityLevel: 3 })
  const [label, scores] = session.outputNames
  const predict = async (from: number, to: number) => {
    const answer = await session.run(
      Object.fromEntries(solved.columns.map((column) => feed(column, from, to))),
    )
    return {
      labels: Array.from<unknown, unknown>(answer[label].data, (value) =>
        typeof value === 'string' ? value : Number(value),
      ),
      scores: answer[scores],
    }
  }
  const all = await predict(0, solved.rows)
  expect(all.labels).toEqual(solved.labels)
  const expected = solved.probabilities ?? solved.decision ?? new Float64Array()
  expect(all.scores.dims).toEqual([solved.rows, expected.length / solved.rows])
  expect(farthest(all.scores.data, expected)).toBeLessThan(bound)
  expect((await predict(0, 1)).labels).toEqual(solved.labels.slice(0, 1))
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
