/** The files for Prometheus and Grafana name metrics that the worker has, and the dashboard has all of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createMetrics } from '../../local/metrics.ts'

const folder = join(import.meta.dirname, '..', '..', 'local', 'monitoring')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

const served = await createMetrics().read()
const known = new Set(Array.from(served.text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name))
const own = Array.from(known).filter((name) => name.startsWith('worker_'))
/** The metrics of an expression; those of a histogram's parts by the histogram's name. */
const metricsIn = (text: string) =>
  Array.from(text.matchAll(/\b(worker_\w+|process_\w+)\b/g), ([name]) =>
    name.replace(/_(bucket|sum|count)$/, ''),
  )

const dashboard = z
  .object({
    panels: z.array(
      z.object({
        id: z.int(),
        title: z.string().min(1),
        gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
        targets: z.array(z.object({ expr: z.string() })).min(1),
      }),
    ),
  })
  .parse(JSON.parse(read('grafana-dashboard.json')))

test('the dashboard shows each of the worker’s metrics, and none that it has not', () => {
  const shown = new Set(
    dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr))),
  )
  expect(Array.from(shown).filter((name) => !known.has(name))).toEqual([])
  expect(own.filter((name) => !shown.has(name))).toEqual([])
})

test('no two panels have one id or lie on each other', () => {
  const { panels } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, k) => `${x + (k % w)},${y + Math.floor(k / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
})

test('the alert rules name metrics that the worker has, and so do their tests', () => {
  for (const file of ['alerts.yml', 'alerts.test.yml']) {
    // job_errors_total is named in a sentence, too.
    expect(metricsIn(read(file)).filter((name) => !known.has(name))).toEqual([])
  }
})
