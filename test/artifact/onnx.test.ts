import { InferenceSession, Tensor } from 'onnxruntime-web'
import { expect, test } from 'vitest'
import { type Column, cases, solve } from '../support/onnx-cases.ts'

test.each(cases)('onnxruntime-web predicts raw rows as the trained model does: $name', async (each) => {
  const solved = await solve(each)
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
  expect(farthest(all.scores.data, expected)).toBeLessThan(1e-4)
  expect((await predict(0, 1)).labels).toEqual(solved.labels.slice(0, 1))
  await session.release()
})

function feed({ name, type, values }: Column, from: number, to: number): [string, Tensor] {
  const dims = [to - from, 1]
  return type === 'string'
    ? [name, new Tensor('string', values.slice(from, to).map(String), dims)]
    : [name, new Tensor('float32', Float32Array.from(values.slice(from, to), Number), dims)]
}

function farthest(actual: Tensor['data'], expected: Float64Array): number {
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(actual[i]))), 0)
}
