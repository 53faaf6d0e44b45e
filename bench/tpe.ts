/**
 * npm run bench:tpe: the search method `tpe` beside Optuna's TPESampler and beside `random`, on five problems that are maximised.
 * Arguments: how many seeds (20), a Python with Optuna (by default that of the peers).
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Candidate } from '../shared/search/candidates.ts'
import { normalCdf } from '../shared/search/normal.ts'
import { parseSearch, type SearchOptions } from '../shared/search/options.ts'
import { planTrials } from '../shared/search/plan-trials.ts'
import { markdownTable } from './markdown-table.ts'
import { peerPython } from './python.ts'

const TRIALS = 60
const SEEDS = Number(process.argv[2] ?? 20)

type Problem = {
  readonly parameters: SearchOptions['parameters']
  /** The best value that there is. */
  readonly optimum: number
  value(candidate: Candidate): number
}

const unit = { uniform: [0, 1] as [number, number] }
/** Of the Hartmann function in six dimensions (Dixon and Szegö, Towards global optimisation 2, 1978). */
const hartmannA = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const hartmannP = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]
const hartmannC = [1, 1.2, 3, 3.2]

/** The same in peers/tpe.py. */
const problems: Readonly<Record<string, Problem>> = {
  sphere: {
    parameters: { x0: { uniform: [-5, 5] }, x1: { uniform: [-5, 5] }, x2: { uniform: [-5, 5] } },
    optimum: 0,
    value: ({ x0, x1, x2 }) => -(Number(x0) ** 2 + Number(x1) ** 2 + Number(x2) ** 2),
  },
  branin: {
    parameters: { x: { uniform: [-5, 10] }, y: { uniform: [0, 15] } },
    optimum: -0.397887357729738,
    value(candidate) {
      const [x, y] = [Number(candidate.x), Number(candidate.y)]
      const curve = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6
      return -(curve ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10)
    },
  },
  hartmann: {
    parameters: { x0: unit, x1: unit, x2: unit, x3: unit, x4: unit, x5: unit },
    optimum: 3.32236801141551,
    value(candidate) {
      return hartmannC.reduce((sum, c, k) => {
        const distances = hartmannA[k].map((a, i) => a * (Number(candidate[`x${i}`]) - hartmannP[k][i]) ** 2)
        return sum + c * Math.exp(-distances.reduce((all, each) => all + each, 0))
      }, 0)
    },
  },
  rosenbrock: {
    parameters: { x: { uniform: [-2, 2] }, y: { uniform: [-1, 3] } },
    optimum: 0,
    value(candidate) {
      const [x, y] = [Number(candidate.x), Number(candidate.y)]
      return -(100 * (y - x * x) ** 2 + (1 - x) ** 2)
    },
  },
  mixed: {
    parameters: {
      x: { uniform: [-5, 5] },
      rate: { log_uniform: [1e-4, 1] },
      depth: { integers: [1, 20] },
      kind: ['a', 'b', 'c', 'd'],
    },
    optimum: 0,
    value: ({ x, rate, depth, kind }) =>
      -((Number(x) - 2) ** 2) -
      (Math.log10(Number(rate)) + 2) ** 2 -
      ((Number(depth) - 7) / 4) ** 2 -
      (kind === 'c' ? 0 : 3),
  },
}

function best(method: string, { parameters, value }: Problem, seed: number): number {
  const options = parseSearch({ method, parameters, n_trials: TRIALS, seed })
  const plan = planTrials(options, { rows: 1, folds: 2, classCount: 1 })
  const values: number[] = []
  for (let planned = plan.trials(values); values.length < planned.length; planned = plan.trials(values)) {
    values.push(value(planned[values.length].parameters))
  }
  return Math.max(...values)
}

/** Of an even number of values the mean of the two in the middle. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2
}

/**
 * How likely two samples of one distribution are to differ so much, two-sided, by ranks: Mann and Whitney, "On a test of whether one
 * of two random variables is stochastically larger than the other", 1947, with the normal distribution.
 */
function chance(a: readonly number[], b: readonly number[]): number {
  const pairs = a.length * b.length
  const won = a.reduce(
    (sum, value) => sum + b.reduce((all, other) => all + (value > other ? 1 : value === other ? 0.5 : 0), 0),
    0,
  )
  const deviation = Math.sqrt((pairs * (a.length + b.length + 1)) / 12)
  return 2 * normalCdf(-Math.abs(won - pairs / 2) / deviation)
}

async function optuna(python: string): Promise<Record<string, number[]>> {
  const script = join(import.meta.dirname, 'peers', 'tpe.py')
  const { stdout } = await promisify(execFile)(python, [script, String(TRIALS), String(SEEDS)])
  return z.record(z.string(), z.array(z.number())).parse(JSON.parse(stdout))
}

const python = process.argv[3] ?? peerPython()
const peers = python === undefined ? {} : await optuna(python)
const row = markdownTable(
  [
    `${TRIALS} trials`,
    'tpe',
    'Optuna',
    'random',
    'not worse than Optuna',
    'seeds in which better',
    'by chance, p',
  ],
  console.log,
)
for (const [name, problem] of Object.entries(problems)) {
  const seeds = Array.from({ length: SEEDS }, (_, seed) => seed)
  const below = (value: number) => (problem.optimum - value).toPrecision(3)
  const ours = seeds.map((seed) => best('tpe', problem, seed))
  const random = seeds.map((seed) => best('random', problem, seed))
  const theirs = peers[name]
  const [own, other] = [medianOf(ours), theirs && medianOf(theirs)]
  row([
    name,
    below(own),
    other && below(other),
    below(medianOf(random)),
    other && (own >= other ? 'yes' : 'no'),
    theirs && ours.filter((value, k) => value > theirs[k]).length,
    theirs && chance(ours, theirs).toFixed(2),
  ])
}
console.log(`\nMedians over ${SEEDS} seeds of how far the best value is below the optimum.`)
