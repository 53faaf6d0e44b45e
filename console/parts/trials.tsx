import type { Job } from '../../shared/api/schemas.ts'
import { figure, words } from '../format.ts'
import { ParallelCoordinates } from './parallel-coordinates.tsx'
import { Scatter } from './scatter.tsx'
import { rowsOf, type TrialRow } from './trial-rows.ts'

/** Rows of the table: the best ones. */
const SHOWN = 50

/** What a job tried: the leaderboard, each score against the time or the trial, and the hyperparameters beside their scores. */
export function Trials({ job }: { job: Job }) {
  const rows = rowsOf(job)
  if (rows.length === 0) return null
  const metric = (job.leaderboard ?? job.search)?.metric ?? 'score'
  const byTime = rows.every(({ seconds }) => seconds !== undefined)
  return (
    <section class="card" aria-label="Trials">
      <h2>{job.leaderboard ? 'Leaderboard' : 'Trials'}</h2>
      <Table rows={rows} metric={metric} />
      <NotTried entries={job.leaderboard?.not_tried ?? []} />
      <Scatter
        title={byTime ? `${words(metric)} against seconds` : `${words(metric)} of each trial`}
        across={byTime ? 'seconds' : 'trial'}
        points={rows.flatMap(({ mean, seconds, number, isChosen }) =>
          mean === null ? [] : [{ x: byTime ? (seconds ?? 0) : number, y: mean, isChosen }],
        )}
      />
      <ParallelCoordinates rows={rows} metric={metric} />
    </section>
  )
}

function Table({ rows, metric }: { rows: readonly TrialRow[]; metric: string }) {
  const order = ({ mean }: TrialRow) => mean ?? Number.NEGATIVE_INFINITY
  const best = rows
    .toSorted((a, b) => Number(b.isChosen) - Number(a.isChosen) || order(b) - order(a))
    .slice(0, SHOWN)
  const hasAlgorithms = rows.some(({ algorithm }) => algorithm !== undefined)
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
                <td data-label={words(metric)}>{row.error ?? figure(row.mean)}</td>
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

function settings({ parameters, resources }: TrialRow): string {
  const all = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  if (resources !== undefined) all.push(`(${resources})`)
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
