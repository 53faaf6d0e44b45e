/**
 * What one job costs in each place where it can run, by how long its fit takes, from list prices:
 * node bench/cost.ts writes docs/cost.svg and prints the table of docs/cost.md.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, textMetrics, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { markdownTable } from './markdown-table.ts'

// Vega would measure with a canvas where somebody has installed one: the same bytes everywhere.
textMetrics.width = ({ fontSize = 11 }, text) => Math.ceil(0.6 * fontSize * String(text).length)

/** US dollars, us-east-1, Linux, arm64 where there is a choice. docs/cost.md has the dates. */
export const prices = {
  lambdaGbSecond: 0.0000133334,
  fargateVcpuHour: 0.03238,
  fargateGbHour: 0.00356,
  /** AWS says 50 to 70 % less: the dearer end. */
  spotShare: 0.5,
  /** ml.m5.large: 2 processors, 8 GB. */
  sagemakerHour: 0.115,
} as const

const MB_PER_PROCESSOR = 1769

type Offer = {
  readonly name: string
  readonly processors: number
  /** Of the whole machine. */
  readonly dollarsPerHour: number
  /** Billed besides the fit: until the container has its image and its data. */
  readonly startSeconds: number
}

const fargate = (vcpus: number, gb: number) => vcpus * prices.fargateVcpuHour + gb * prices.fargateGbHour

export const places: readonly Offer[] = [
  {
    name: 'Lambda, 2 processors, 3.5 GB',
    processors: 2,
    dollarsPerHour: 3600 * prices.lambdaGbSecond * ((2 * MB_PER_PROCESSOR) / 1024),
    startSeconds: 1,
  },
  {
    name: 'Batch on Fargate, 4 processors, 8 GB',
    processors: 4,
    dollarsPerHour: fargate(4, 8),
    startSeconds: 60,
  },
  {
    name: 'Batch on Fargate Spot, the same',
    processors: 4,
    dollarsPerHour: prices.spotShare * fargate(4, 8),
    startSeconds: 60,
  },
  {
    name: 'SageMaker, ml.m5.large, 2 processors, 8 GB',
    processors: 2,
    dollarsPerHour: prices.sagemakerHour,
    startSeconds: 120,
  },
]

/** Dollars of a job whose fit takes so many seconds on one processor, and less on more of them in proportion. */
export function costOf(
  { processors, dollarsPerHour, startSeconds }: Offer,
  processorSeconds: number,
): number {
  return ((startSeconds + processorSeconds / processors) * dollarsPerHour) / 3600
}

/** The processor-seconds from which `other` costs less than `one`; undefined where it never does. */
export function crossing(one: Offer, other: Offer): number | undefined {
  const perSecond = ({ processors, dollarsPerHour }: Offer) => dollarsPerHour / processors
  const start = ({ startSeconds, dollarsPerHour }: Offer) => startSeconds * dollarsPerHour
  const gain = perSecond(one) - perSecond(other)
  return gain <= 0 ? undefined : (start(other) - start(one)) / gain
}

const SECONDS = Array.from({ length: 57 }, (_, k) => 10 ** (k / 10))

const spec: TopLevelSpec = {
  width: 560,
  height: 340,
  background: 'white',
  config: { font: 'system-ui, sans-serif', legend: { labelLimit: 400 } },
  data: {
    values: places.flatMap((place) =>
      SECONDS.map((seconds) => ({ place: place.name, seconds, dollars: costOf(place, seconds) })),
    ),
  },
  mark: { type: 'line', strokeWidth: 2.5 },
  encoding: {
    x: {
      field: 'seconds',
      type: 'quantitative',
      scale: { type: 'log' },
      title: 'processor-seconds of the fit (3,600 are half an hour on two processors)',
    },
    y: {
      field: 'dollars',
      type: 'quantitative',
      scale: { type: 'log' },
      title: 'US dollars per job',
    },
    color: {
      field: 'place',
      type: 'nominal',
      title: null,
      sort: places.map(({ name }) => name),
      scale: { range: ['#0b62a8', '#b8500a', '#d99a2b', '#5b3f9e'] },
      legend: { orient: 'top', columns: 2 },
    },
  },
}

export const drawCost = (): Promise<string> =>
  new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()

if (import.meta.main) {
  await writeFile(join(import.meta.dirname, '..', 'docs', 'cost.svg'), `${await drawCost()}\n`)
  const times = [10, 60, 600, 3600, 8 * 3600]
  const row = markdownTable(
    ['a fit of … on one processor', ...['10 s', '1 min', '10 min', '1 h', '8 h']],
    console.log,
  )
  for (const place of places) row([place.name, ...times.map((seconds) => costOf(place, seconds).toFixed(4))])
  const [lambda, ...others] = places
  for (const other of others)
    console.log(`${other.name}: cheaper from ${crossing(lambda, other)?.toFixed(0)} s`)
}
