import { figure, words } from '../format.ts'
import { rangeOf, useWidth } from './curve.tsx'
import type { TrialRow } from './trial-rows.ts'

const LINE = 20
const TOP = 8
const BOTTOM = 30
const RIGHT = 12
/** Rows that are drawn: the best ones. */
const SHOWN = 15

/** Mean scores, the best on top, each with one standard deviation of its folds to both sides; nothing where there are fewer than two. */
export function Spread({ rows, metric }: { rows: readonly TrialRow[]; metric: string }) {
  const [element, width] = useWidth()
  const scored = rows
    .flatMap((row) => (row.mean === null ? [] : [{ ...row, mean: row.mean, deviation: row.deviation ?? 0 }]))
    .toSorted((a, b) => b.mean - a.mean)
    .slice(0, SHOWN)
  if (scored.length < 2) return null
  const left = Math.min(340, width * 0.45)
  const height = TOP + LINE * scored.length + BOTTOM
  const [low, high] = rangeOf(scored.flatMap(({ mean, deviation }) => [mean - deviation, mean + deviation]))
  const x = (score: number) => left + ((score - low) / (high - low)) * (width - left - RIGHT)
  const y = (k: number) => TOP + LINE * (k + 0.5)
  return (
    <figure class="curve" ref={element}>
      <figcaption>{words(metric)} with its spread over the folds</figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`The best ${scored.length}: ${scored.map(nameOf).slice(0, 3).join('; ')}; the first ${figure(scored[0].mean)} ± ${figure(scored[0].deviation)}`}
      >
        {[low, (low + high) / 2, high].map((score, k) => (
          <g key={score}>
            <line class="grid" x1={x(score)} x2={x(score)} y1={TOP} y2={height - BOTTOM} />
            <text x={x(score)} y={height - 10} text-anchor={['start', 'middle', 'end'][k]}>
              {figure(score)}
            </text>
          </g>
        ))}
        {scored.map((row, k) => (
          <g key={row.number} class={row.isChosen ? 'series1' : 'series0'}>
            <text x={left - 8} y={y(k) + 4} text-anchor="end">
              {shortened(nameOf(row), Math.floor((left - 8) / 6.5))}
            </text>
            <line
              class="spread"
              x1={x(row.mean - row.deviation)}
              x2={x(row.mean + row.deviation)}
              y1={y(k)}
              y2={y(k)}
            />
            <circle cx={x(row.mean)} cy={y(k)} r={row.isChosen ? 5 : 3.5} />
          </g>
        ))}
      </svg>
    </figure>
  )
}

function nameOf({ algorithm, parameters }: TrialRow): string {
  const own = Object.entries(parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [...(algorithm === undefined ? [] : [words(algorithm)]), ...own].join(', ')
}

const shortened = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
