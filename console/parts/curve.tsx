import { useEffect, useRef, useState } from 'preact/hooks'
import { figure } from '../format.ts'

export type Series = {
  readonly name: string
  /** Pairs of x and y, by x. */
  readonly points: readonly (readonly [number, number])[]
}

const HEIGHT = 200
const LEFT = 52
const RIGHT = 12
const TOP = 10
const BOTTOM = 30

/** Lines over epochs; nothing where there are no points. */
export function Curve({ title, series }: { title: string; series: readonly Series[] }) {
  const drawn = series.filter(({ points }) => points.length > 0)
  return drawn.length === 0 ? null : <Drawing title={title} drawn={drawn} />
}

function Drawing({ title, drawn }: { title: string; drawn: readonly Series[] }) {
  const [element, width] = useWidth()
  const xs = drawn.flatMap(({ points }) => points.map(([x]) => x))
  const ys = drawn.flatMap(({ points }) => points.map(([, y]) => y))
  const [x0, x1] = rangeOf(xs)
  const [y0, y1] = rangeOf(ys)
  const place = ([x, y]: readonly [number, number]) => [
    LEFT + ((x - x0) / (x1 - x0)) * (width - LEFT - RIGHT),
    HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM),
  ]
  const last = drawn.map(({ name, points }) => `${name} ${figure(points[points.length - 1][1])}`).join(', ')
  return (
    <figure class="curve" ref={element}>
      <figcaption>
        {title}
        {drawn.map(({ name, points }, i) => (
          <span key={name} class={`key series${i}`}>
            {name} <span class="figure">{figure(points[points.length - 1][1])}</span>
          </span>
        ))}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={`${title}, at the end: ${last}`}>
        {[y0, (y0 + y1) / 2, y1].map((y) => (
          <g key={y}>
            <line class="grid" x1={LEFT} x2={width - RIGHT} y1={place([x0, y])[1]} y2={place([x0, y])[1]} />
            <text x={LEFT - 6} y={place([x0, y])[1] + 4} text-anchor="end">
              {tick(y, y1 - y0)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 8}>
          {figure(Math.round(x0))}
        </text>
        <text x={width - RIGHT} y={HEIGHT - 8} text-anchor="end">
          epoch {figure(Math.round(x1))}
        </text>
        {drawn.map(({ name, points }, i) => (
          <polyline
            key={name}
            class={`series${i}`}
            points={thinned(points)
              .map((point) =>
                place(point)
                  .map((value) => value.toFixed(1))
                  .join(','),
              )
              .join(' ')}
          />
        ))}
        {drawn.map(({ name, points }, i) => {
          const [x, y] = place(points[points.length - 1])
          return <circle key={name} class={`series${i}`} cx={x} cy={y} r={3.5} />
        })}
      </svg>
    </figure>
  )
}

/** A value so small that its distance from 0 cannot be seen is 0. */
const tick = (value: number, range: number) =>
  Math.abs(value) < range / 1000
    ? '0'
    : Math.abs(value) < 0.001
      ? value.toExponential(1)
      : figure(Number(value.toPrecision(3)))

/** The width that there is, so that texts are as large as elsewhere. */
export function useWidth() {
  const element = useRef<HTMLElement>(null)
  const [width, setWidth] = useState(520)
  useEffect(() => {
    const { current } = element
    if (current === null) return
    const observer = new ResizeObserver(() => setWidth(Math.max(200, current.clientWidth)))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return [element, width] as const
}

/** The least and the greatest; around one value, half a unit to both sides. */
export function rangeOf(values: readonly number[]): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

/** Of a long line so many points are drawn as can be told apart. */
function thinned(points: Series['points']): Series['points'] {
  const step = Math.ceil(points.length / 600)
  return step === 1 ? points : points.filter((_, i) => i % step === 0 || i === points.length - 1)
}

/** A history of epochs as `metrics.history` has it. */
export function seriesOf(name: string, values: readonly (number | null)[] | undefined): Series {
  const points = (values ?? []).flatMap((value, i) => (value === null ? [] : [[i + 1, value] as const]))
  return { name, points }
}
