import { expect, test } from 'vitest'
import { type EndedPhase, type Phase, phaseClock } from '../../shared/observability/phases.ts'

test('entering a step ends the one before it; the end is told once, with its error', () => {
  const entered: Phase[] = []
  const ended: EndedPhase[] = []
  const clock = phaseClock(
    (phase) => entered.push(phase),
    (phase) => ended.push(phase),
  )
  clock.end()
  clock.enter('accept')
  clock.enter('train')
  const error = new Error('away')
  clock.end(error)
  clock.end()
  expect(entered).toEqual(['accept', 'train'])
  expect(ended.map(({ phase, error }) => [phase, error])).toEqual([
    ['accept', undefined],
    ['train', error],
  ])
  for (const { seconds, began } of ended) {
    expect(seconds).toBeGreaterThanOrEqual(0)
    expect(began).toBeLessThanOrEqual(Date.now())
  }
})
