import { parse, textMetrics, View } from 'vega'
import { type Config, compile, type TopLevelSpec } from 'vega-lite'
import { type Html, html, shown } from './html.ts'
import type { EvaluationSummary, Importances } from './report-data.ts'

declare module 'vega' {
  /** The method is missing from the package's types. */
  export const textMetrics: { width(item: { fontSize?: number }, text: unknown): number }
}

// Vega would measure with a canvas where somebody has installed one, and otherwise takes letters for a third too wide:
// the same bytes everywhere, and labels that fit.
textMetrics.width = ({ fontSize = 11 }, text) => Math.ceil(0.6 * fontSize * String(text).length)

/** A plot's specification, and the rows of its layers. */
type Layer = {
  readonly values: readonly object[]
  readonly drawn: Extract<TopLevelSpec, { layer: unknown }>['layer'][number]
}

/** A plot and its text alternative. */
export type Plot = {
  readonly title: string
  readonly description: string
  readonly height: number
  readonly layers: readonly Layer[]
}

/** CSS pixels: the width of a phone. A plot is scaled to the width of its column. */
const WIDTH = 340

/** Colours are the page's variables, so that they follow its light and dark mode. */
const palette = [1, 2, 3, 4, 5].map((k) => `var(--series-${k})`)
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 2, 2, 2],
  [12, 4],
]

const config: Config = {
  aria: false,
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: 'transparent' },
  axis: {
    labelColor: 'var(--ink)',
    titleColor: 'var(--ink)',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    gridColor: 'var(--line)',
    domainColor: 'var(--muted)',
    tickColor: 'var(--muted)',
  },
  legend: { labelColor: 'var(--ink)', labelFontSize: 12, symbolStrokeWidth: 2.5, labelLimit: 320 },
}

/**
 * Draws a plot as an SVG element whose title and description assistive technology reads. `id` is the plot's on its
 * page.
 */
export async function drawPlot(id: string, { title, description, height, layers }: Plot): Promise<Html> {
  const svg = await draw(height, layers)
  const inner = { markup: svg.slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>')) }
  const box = /viewBox="([\d. ]+)"/.exec(svg)?.[1] ?? `0 0 ${WIDTH} ${height}`
  return html`<svg class="plot" role="img" viewBox="${box}" aria-labelledby="${id}-title ${id}-text"><title id="${id}-title">${title}</title><desc id="${id}-text">${description}</desc>${inner}</svg>`
}

/** The views that have drawn, by their specification without the rows: making a view takes longer than drawing with it. */
const views = new Map<string, View>()
const MAX_VIEWS = 100
const dataName = (k: number) => `layer-${k}`

async function draw(height: number, layers: readonly Layer[]): Promise<string> {
  const kind = JSON.stringify([height, layers.map(({ drawn }) => drawn)])
  const known = views.get(kind)
  // A view draws one plot at a time.
  views.delete(kind)
  const view = known === undefined ? newView(height, layers) : await emptied(known, height, layers)
  for (const [k, { values }] of layers.entries()) view.data(dataName(k), [...values])
  const svg = await view.toSVG()
  if (views.size === MAX_VIEWS) views.clear()
  views.set(kind, view)
  return svg
}

/** Resets a view, so that the same rows give the same bytes: vega would keep the order and the size of its last plot. */
async function emptied(view: View, height: number, layers: readonly Layer[]): Promise<View> {
  for (const k of layers.keys()) view.data(dataName(k), [])
  await view.runAsync()
  return view.width(WIDTH).height(height).resize()
}

function newView(height: number, layers: readonly Layer[]): View {
  const whole: TopLevelSpec = {
    width: WIDTH,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    padding: 4,
    config,
    layer: layers.map(({ drawn }, k) => ({ ...drawn, data: { name: dataName(k) } })),
  }
  return new View(parse(compile(whole).spec), { renderer: 'none' })
}

type Line = { readonly name: string; readonly x: readonly number[]; readonly y: readonly number[] }

type Axes = {
  readonly x: string
  readonly y: string
  /** From 0 to 1, both axes. */
  readonly square?: boolean
  readonly diagonal?: boolean
  readonly points?: boolean
}

/** Lines told apart by colour and by dashes; their names are in a legend below where there are several. */
function lines(series: readonly Line[], { x, y, square, diagonal, points }: Axes): readonly Layer[] {
  const names = series.map(({ name }) => name)
  const values = series.flatMap(({ name, ...line }) =>
    line.x.map((value, i) => ({ x: value, y: line.y[i], name, i })),
  )
  const scale = square ? { domain: [0, 1], nice: false } : { zero: false }
  const legend =
    names.length > 1 ? { orient: 'bottom' as const, columns: 1, title: null, symbolType: 'stroke' } : null
  return [
    ...(diagonal
      ? [
          {
            values: [
              { x: 0, y: 0 },
              { x: 1, y: 1 },
            ],
            drawn: {
              mark: { type: 'line' as const, color: 'var(--muted)', strokeDash: [2, 4], strokeWidth: 1 },
              encoding: {
                x: { field: 'x', type: 'quantitative' as const },
                y: { field: 'y', type: 'quantitative' as const },
              },
            },
          },
        ]
      : []),
    {
      values,
      drawn: {
        mark: {
          type: 'line' as const,
          strokeWidth: 2.5,
          ...(points ? { point: { size: 40, opacity: 1 } } : {}),
        },
        encoding: {
          x: { field: 'x', type: 'quantitative' as const, title: x, scale, axis: { tickCount: 5 } },
          y: { field: 'y', type: 'quantitative' as const, title: y, scale, axis: { tickCount: 5 } },
          order: { field: 'i' },
          color: { field: 'name', sort: null, scale: { range: palette }, legend },
          strokeDash: { field: 'name', sort: null, scale: { range: dashes }, legend },
        },
      },
    },
  ]
}

const LINE_HEIGHT = 260
const LEGEND_LINE = 16
const heightFor = (series: number) => LINE_HEIGHT + (series > 1 ? series * LEGEND_LINE : 0)

export function rocPlot({ of, score }: EvaluationSummary['curves']): Plot {
  const labels = distinct(of.map(({ label }) => label))
  const series = of.map(({ roc }, k) => ({ ...roc, name: `${labels[k]}: area ${roc.area.toFixed(3)}` }))
  return {
    title: 'ROC curve',
    description: `Of the rows of a class, the share that is found (up), over the share of the other rows that is taken for it (across), as the threshold of the ${score} is lowered. ${sentence(series)}`,
    height: heightFor(series.length),
    layers: lines(series, {
      x: 'false positive rate',
      y: 'true positive rate',
      square: true,
      diagonal: true,
    }),
  }
}

export function precisionRecallPlot({ of, score }: EvaluationSummary['curves']): Plot {
  const labels = distinct(of.map(({ label }) => label))
  const series = of.map(({ precisionRecall }, k) => ({
    ...precisionRecall,
    name: `${labels[k]}: average ${precisionRecall.average.toFixed(3)}`,
  }))
  return {
    title: 'Precision and recall',
    description: `Of the rows that are taken for a class, the share that is of it (up), over the share of its rows that is found (across), as the threshold of the ${score} is lowered. ${sentence(series)}`,
    height: heightFor(series.length),
    layers: lines(series, { x: 'recall', y: 'precision', square: true }),
  }
}

export function calibrationPlot({ of, points }: NonNullable<EvaluationSummary['calibration']>): Plot {
  const what = of === null ? 'the predicted class' : shown(of, 24)
  const line = {
    name: what,
    x: points.map(({ predicted }) => predicted),
    y: points.map(({ observed }) => observed),
  }
  const told = points.map(
    ({ predicted, observed, rows }) => `${predicted.toFixed(2)} → ${observed.toFixed(2)} (${rows} rows)`,
  )
  return {
    title: 'Calibration',
    description: `How often a probability comes true; on the diagonal always as often as it says. Probability of ${what} → share of rows: ${told.join(', ')}.`,
    height: LINE_HEIGHT,
    layers: lines([line], {
      x: `probability of ${what}`,
      y: 'share of rows',
      square: true,
      diagonal: true,
      points: true,
    }),
  }
}

const MAX_EPOCHS_DRAWN = 200

/** `what` is a figure of the history: loss or accuracy. Undefined where no epoch has a number for it. */
export function learningPlot(
  what: 'loss' | 'accuracy',
  history: Readonly<Record<string, readonly (number | null)[]>>,
): Plot | undefined {
  const series = [
    { name: 'training rows', values: history[what] ?? [] },
    { name: 'test rows', values: history[`val_${what}`] ?? [] },
  ].flatMap(({ name, values }) => {
    const every = Math.ceil(values.length / MAX_EPOCHS_DRAWN)
    const points = values.flatMap((value, epoch) =>
      value === null || (epoch % every !== 0 && epoch !== values.length - 1)
        ? []
        : [{ epoch: epoch + 1, value }],
    )
    if (points.length === 0) return []
    return [{ name, x: points.map(({ epoch }) => epoch), y: points.map(({ value }) => value) }]
  })
  if (series.length === 0) return undefined
  const told = series.map(
    ({ name, x, y }) =>
      `${name}: ${y[0].toFixed(3)} after epoch ${x[0]}, ${y[y.length - 1].toFixed(3)} after epoch ${x[x.length - 1]}`,
  )
  return {
    title: `Learning curve: ${what}`,
    description: `The ${what} after each epoch. ${told.join('; ')}.`,
    height: heightFor(series.length),
    layers: lines(series, { x: 'epoch', y: what, points: series[0].x.length <= 30 }),
  }
}

function axisTitle({ method, score }: Importances): string {
  if (method === 'gain') return 'impurity removed'
  if (method === 'coefficients') return 'coefficient'
  return `${score} lost`
}

export function importancesPlot(importances: Importances): Plot {
  const { features } = importances
  const title = axisTitle(importances)
  const names = distinct(features.map(({ name }) => shown(name, 22)))
  const values = features.map(({ value }, j) => ({ name: names[j], value }))
  return {
    title: 'Importances of the features',
    description: `${title}: ${values.map(({ name, value }) => `${name} ${value.toPrecision(3)}`).join(', ')}.`,
    height: 60 + 22 * values.length,
    layers: [
      {
        values,
        drawn: {
          mark: { type: 'bar' as const, color: 'var(--series-1)', height: { band: 0.7 } },
          encoding: {
            y: {
              field: 'name',
              type: 'nominal' as const,
              sort: null,
              title: null,
              axis: { labelLimit: 170, ticks: false, domain: false },
            },
            x: {
              field: 'value',
              type: 'quantitative' as const,
              title,
              axis: { tickCount: 4 },
            },
          },
        },
      },
    ],
  }
}

function sentence(series: readonly Line[]): string {
  return `${series.map(({ name }) => name).join('; ')}.`
}

/** Names that are cut to the same text are numbered, or they would be drawn as one. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const label = shown(name, 24)
    const times = (seen.get(label) ?? 0) + 1
    seen.set(label, times)
    return times === 1 ? label : `${label} (${times})`
  })
}
