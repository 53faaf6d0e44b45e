import type { Job } from '../../shared/api/schemas.ts'
import { figure, words } from '../format.ts'
import { ParallelCoordinates } from './parallel-coordinates.tsx'
import { Scatter } from './scatter.tsx'
import { Spread } from './spread.tsx'
import { rowsOf, scoresByParameter, scoresByTime, type TrialRow } from './trial-rows.ts'

/** Rows of the table: the best ones. */
const SHOWN = 50

/** What a job tried: the leaderboard, each score against the time or the trial, and the hyperparameters beside their scores. */
export function Trials({ job }: { job: Job }) {
  const rows = rowsOf(job)
  if (rows.length === 0) return null
  const metric = (job.leaderboard ?? job.search ?? job.trials)?.metric ?? 'score'
  const isLive = job.leaderboard === undefined && job.search === undefined
  return (
    <section class="card" aria-label={isLive ? 'Trials, live' : 'Trials'}>
      <h2>{job.leaderboard ? 'Leaderboard' : 'Trials'}</h2>
      {isLive && (
        <p>
          {rows.filter(({ percent }) => percent === undefined).length} of {job.trials?.planned} have ended.
        </p>
      )}
      <Table rows={rows} metric={metric} />
      <NotTried entries={job.leaderboard?.not_tried ?? []} />
      <Scores rows={rows} metric={metric} isRanked={job.leaderboard !== undefined} />
      <Spread rows={rows} metric={metric} />
      <ByParameter rows={rows} metric={metric} />
      <ParallelCoordinates rows={rows} metric={metric} />
    </section>
  )
}

/** @param isRanked whether the rows are in the order of their scores, and no more in that of time. */
function Scores({
  rows,
  metric,
  isRanked,
}: {
  rows: readonly TrialRow[]
  metric: string
  isRanked: boolean
}) {
  if (isRanked) {
    const points = rows.flatMap(({ mean, seconds, isChosen }) =>
      mean === null ? [] : [{ x: seconds ?? 0, y: mean, isChosen }],
    )
    return <Scatter title={`${words(metric)} against what it took`} across="seconds" points={points} />
  }
  const { points, isByTime } = scoresByTime(rows)
  return (
    <Scatter
      title={isByTime ? `${words(metric)} against time` : `${words(metric)} of each trial`}
      across={isByTime ? 'seconds of training' : 'trial'}
      points={points}
      hasBest
    />
  )
}

/** A drawing for each hyperparameter of a search that has several numbers. */
function ByParameter({ rows, metric }: { rows: readonly TrialRow[]; metric: string }) {
  return (
    <>
      {scoresByParameter(rows).map(({ name, points }) => (
        <Scatter key={name} title={`${words(metric)} against ${name}`} across={name} points={points} />
      ))}
    </>
  )
}

function Table({ rows, metric }: { rows: readonly TrialRow[]; metric: string }) {
  const order = ({ mean }: TrialRow) => mean ?? Number.NEGATIVE_INFINITY
  const best = rows
    .toSorted((a, b) => Number(b.isChosen) - Number(a.isChosen) || order(b) - order(a))
    .slice(0, SHOWN)
  const hasAlgorithms = rows.some(({ algorithm }) => algorithm !== undefined)
  const hasResources = rows.some(({ resources }) => resources !== undefined)
  const hasSeconds = rows.some(({ seconds }) => seconds !== undefined)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Trials, the chosen one first">
        <table>
          <thead>
            <tr>
              {hasAlgorithms && <th scope="col">Algorithm</th>}
              <th scope="col">Hyperparameters</th>
              {hasResources && <th scope="col">resource</th>}
              <th scope="col">{words(metric)}</th>
              <th scope="col">deviation</th>
              {hasSeconds && <th scope="col">seconds</th>}
            </tr>
          </thead>
          <tbody>
            {best.map((row) => (
              <tr key={row.number}>
                {hasAlgorithms && <td data-label="Algorithm">{row.algorithm}</td>}
                <td data-label="Hyperparameters" class="mono">
                  {row.isChosen && <strong>chosen </strong>}
                  {settings(row)}
                </td>
                {hasResources && <td data-label="resource">{figure(row.resources)}</td>}
                <td data-label={words(metric)}>
                  {row.error ??
                    (row.percent === undefined ? figure(row.mean) : `runs, ${Math.round(row.percent)} %`)}
                </td>
                <td data-label="deviation">{figure(row.deviation)}</td>
                {hasSeconds && <td data-label="seconds">{figure(row.seconds)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > SHOWN && (
        <p>
          The best {SHOWN} of {rows.length}.
        </p>
      )}
    </>
  )
}

function settings({ parameters }: TrialRow): string {
  const all = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return all.length === 0 ? 'defaults' : all.join(', ')
}

function NotTried({ entries }: { entries: NonNullable<Job['leaderboard']>['not_tried'] }) {
  if (entries.length === 0) return null
  return (
    <details>
      <summary>Not tried: {entries.length}</summary>
      <ul>
        {entries.map(({ algorithm, parameters, reason }) => (
          <li key={`${algorithm} ${JSON.stringify(parameters)}`}>
            {algorithm} {parameters && Object.keys(parameters).length > 0 && JSON.stringify(parameters)}:{' '}
            {reason}
          </li>
        ))}
      </ul>
    </details>
  )
}
