import { expect, test, vi } from 'vitest'
import {
  drawPlot,
  importancesPlot,
  learningPlot,
  type Plot,
  precisionRecallPlot,
} from '../../shared/report/plots.ts'
import { residualsPlot } from '../../shared/report/plots-regression.ts'
import { spreadPlots } from '../../shared/report/plots-search.ts'

let state = 7
/** From 0 to 1 (https://en.wikipedia.org/wiki/Lehmer_random_number_generator). */
function random(): number {
  state = (state * 48271) % 0x7fffffff
  return state / 0x7fffffff
}
const numbers = (count: number, scale = 1) => Array.from({ length: count }, () => random() * scale)
const shuffled = <T>(values: readonly T[]) =>
  values
    .map((value) => ({ value, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value)

const names = ['setosa', 'versicolor', 'virginica', 'a', 'a much longer name of a class', '1']
const kinds: (() => Plot)[] = [
  () =>
    precisionRecallPlot({
      rows: 9,
      score: 'probability',
      of: shuffled(names)
        .slice(0, 3)
        .map((label) => ({
          label,
          roc: { x: [0, 1], y: [0, 1], area: 0.5 },
          precisionRecall: { x: numbers(5).toSorted(), y: numbers(5), average: Math.round(random()) },
        })),
    }),
  () => {
    const features = shuffled(names)
      .slice(0, 4)
      .map((name) => ({ name, value: random() * 10 ** Math.round(4 * random()) }))
    return importancesPlot({ method: 'gain', features, featureCount: 4 })
  },
  () => {
    const scale = 10 ** Math.round(6 * random())
    return residualsPlot({ actual: numbers(12, scale), predicted: numbers(12, scale) })
  },
  () => {
    const history = { loss: numbers(20, 3), ...(random() < 0.5 ? { val_loss: numbers(20, 30) } : {}) }
    const plot = learningPlot('loss', history)
    if (plot === undefined) throw new Error('There is no plot.')
    return plot
  },
  () =>
    spreadPlots(
      shuffled(names).map((name) => ({ name, mean: random(), deviation: random() / 9 })),
      'r2',
    )[0],
]

test('a plot is the same bytes whatever was drawn before it, also at the same time', async () => {
  const plots = Array.from({ length: 40 }, (_, k) => kinds[k % kinds.length]())
  const drawn: string[] = []
  for (const plot of plots) drawn.push((await drawPlot('p', plot)).markup)
  const atOnce = await Promise.all(plots.map((plot) => drawPlot('p', plot)))
  expect(atOnce.map(({ markup }) => markup)).toEqual(drawn)
  for (const [k, plot] of plots.entries()) {
    vi.resetModules()
    const fresh = await import('../../shared/report/plots.ts')
    expect((await fresh.drawPlot('p', plot)).markup).toBe(drawn[k])
  }
})
