import { figure } from '../format.ts'
import { rangeOf, useWidth } from './curve.tsx'
import type { ScoredAt } from './trial-rows.ts'

const HEIGHT = 200
const LEFT = 60
const RIGHT = 12
const TOP = 12
const BOTTOM = 30

/**
 * A point for each trial; nothing where there are fewer than two.
 *
 * @param hasBest whether a line shows the best score so far; the points are by x.
 */
export function Scatter({
  title,
  across,
  points,
  hasBest = false,
}: {
  title: string
  across: string
  points: readonly ScoredAt[]
  hasBest?: boolean
}) {
  const [element, width] = useWidth()
  if (points.length < 2) return null
  const [x0, x1] = rangeOf(points.map(({ x }) => x))
  const [y0, y1] = rangeOf(points.map(({ y }) => y))
  const placeX = (x: number) => LEFT + ((x - x0) / (x1 - x0)) * (width - LEFT - RIGHT)
  const placeY = (y: number) => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM)
  return (
    <figure class="curve" ref={element}>
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={`${title}: ${points.length} trials from ${figure(y0)} to ${figure(y1)}`}
      >
        {[y0, y1].map((y) => (
          <g key={y}>
            <line class="grid" x1={LEFT} x2={width - RIGHT} y1={placeY(y)} y2={placeY(y)} />
            <text x={LEFT - 6} y={placeY(y) + 4} text-anchor="end">
              {figure(y)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 8}>
          {figure(x0)}
        </text>
        <text x={width - RIGHT} y={HEIGHT - 8} text-anchor="end">
          {across} {figure(x1)}
        </text>
        {hasBest && (
          <polyline
            class="best"
            points={bestSoFar(points)
              .map(([x, y]) => `${placeX(x).toFixed(1)},${placeY(y).toFixed(1)}`)
              .join(' ')}
          />
        )}
        {points.map(({ x, y, isChosen }) => (
          <circle
            key={`${x} ${y}`}
            class={isChosen ? 'series1' : 'series0'}
            cx={placeX(x)}
            cy={placeY(y)}
            r={isChosen ? 6 : 3.5}
          />
        ))}
      </svg>
    </figure>
  )
}

/** The corners of a line that goes up where a point is higher than all before. */
function bestSoFar(points: readonly ScoredAt[]): [number, number][] {
  let best = Number.NEGATIVE_INFINITY
  const corners = points.flatMap(({ x, y }): [number, number][] => {
    const before = best
    best = Math.max(best, y)
    if (best === before) return []
    return before === Number.NEGATIVE_INFINITY
      ? [[x, best]]
      : [
          [x, before],
          [x, best],
        ]
  })
  const last = points.at(-1)
  return last === undefined ? corners : [...corners, [last.x, best]]
}
