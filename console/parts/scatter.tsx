import { figure } from '../format.ts'
import { rangeOf, useWidth } from './curve.tsx'

type Point = { readonly x: number; readonly y: number; readonly isChosen: boolean }

const HEIGHT = 200
const LEFT = 60
const RIGHT = 12
const TOP = 12
const BOTTOM = 30

/** A point for each trial; nothing where there are fewer than two. */
export function Scatter({
  title,
  across,
  points,
}: {
  title: string
  across: string
  points: readonly Point[]
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
