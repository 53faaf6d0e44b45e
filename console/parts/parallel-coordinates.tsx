import { figure, words } from '../format.ts'
import { rangeOf, useWidth } from './curve.tsx'
import type { TrialRow } from './trial-rows.ts'

const HEIGHT = 240
const SIDE = 56
const TOP = 34
const BOTTOM = 24
/** More axes than these cannot be read. */
const MAX_AXES = 8

type Axis = {
  readonly name: string
  /** What stands at its lower and its upper end. */
  readonly ends: readonly [string, string]
  /** Where a trial crosses it, from 0 to 1; undefined where it has no such value. */
  place(row: TrialRow): number | undefined
}

/** An axis for each hyperparameter and the score, a line for each trial; nothing where there are fewer than two. */
export function ParallelCoordinates({ rows, metric }: { rows: readonly TrialRow[]; metric: string }) {
  const [element, width] = useWidth()
  const scored = rows.filter(({ mean }) => mean !== null)
  if (scored.length < 2) return null
  const axes = axesOf(scored, metric)
  const x = (k: number) => SIDE + (k / (axes.length - 1)) * (width - 2 * SIDE)
  const y = (share: number) => HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
  const score = axes[axes.length - 1]
  const lineOf = (row: TrialRow) =>
    axes
      .flatMap(({ place }, k) => {
        const share = place(row)
        return share === undefined ? [] : [`${x(k).toFixed(1)},${y(share).toFixed(1)}`]
      })
      .join(' ')
  const names = axes.map(({ name }) => name).join(', ')
  return (
    <figure class="curve" ref={element}>
      <figcaption>Hyperparameters and {words(metric)}</figcaption>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={`${scored.length} trials as lines over the axes ${names}`}
      >
        {scored.map((row) => (
          <polyline
            key={row.number}
            class={row.isChosen ? 'series1' : 'series0'}
            stroke-opacity={row.isChosen ? 1 : 0.15 + 0.55 * (score.place(row) ?? 0)}
            points={lineOf(row)}
          />
        ))}
        {axes.map(({ name, ends: [low, high] }, k) => (
          <g key={name}>
            <line class="grid" x1={x(k)} x2={x(k)} y1={y(0)} y2={y(1)} />
            <text x={x(k)} y={14} text-anchor="middle">
              {shortened(name)}
            </text>
            <text x={x(k)} y={TOP - 6} text-anchor="middle">
              {shortened(high)}
            </text>
            <text x={x(k)} y={HEIGHT - 8} text-anchor="middle">
              {shortened(low)}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  )
}

const shortened = (text: string) => (text.length > 14 ? `${text.slice(0, 13)}…` : text)

function axesOf(rows: readonly TrialRow[], metric: string): Axis[] {
  const names = Array.from(new Set(rows.flatMap(({ parameters }) => Object.keys(parameters))))
  const isAuto = rows.some(({ algorithm }) => algorithm !== undefined)
  const first = isAuto
    ? [axis('algorithm', rows, (row) => row.algorithm), axis('seconds', rows, (row) => row.seconds)]
    : names.map((name) => axis(name, rows, ({ parameters }) => parameters[name]))
  return [...first.slice(0, MAX_AXES - 1), axis(words(metric), rows, ({ mean }) => mean)]
}

/** Of numbers, or else of the values in the order in which they occur. */
function axis(name: string, rows: readonly TrialRow[], valueIn: (row: TrialRow) => unknown): Axis {
  const values = rows.map(valueIn).filter((value) => value !== undefined)
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length === values.length && values.length > 0) {
    const [low, high] = rangeOf(numbers)
    return {
      name,
      ends: [figure(low), figure(high)],
      place(row) {
        const value = valueIn(row)
        return typeof value === 'number' ? (value - low) / (high - low) : undefined
      },
    }
  }
  const texts = Array.from(new Set(values.map((value) => figure(value))))
  return {
    name,
    ends: [texts[0] ?? '', texts.at(-1) ?? ''],
    place(row) {
      const value = valueIn(row)
      if (value === undefined) return undefined
      return texts.length === 1 ? 0.5 : texts.indexOf(figure(value)) / (texts.length - 1)
    },
  }
}
