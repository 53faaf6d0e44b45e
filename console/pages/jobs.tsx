import type { TargetedEvent } from 'preact'
import { useState } from 'preact/hooks'
import type { JobSummary } from '../../shared/api/schemas.ts'
import { apiPath, send, useLoaded } from '../api.ts'
import { duration, figure, time } from '../format.ts'
import { AlgorithmSelect } from '../parts/algorithm-select.tsx'
import { AskButton } from '../parts/ask.tsx'
import { Empty, ErrorNote, Loading, say } from '../parts/empty.tsx'
import { Pager, usePages } from '../parts/pager.tsx'
import { Progress, Status } from '../parts/status.tsx'
import { goTo, linkTo } from '../route.ts'

const REFRESH_MS = 1500
// An object, so that the compiler asks for each status of the API, and refuses any other.
const statuses = Object.keys({
  queued: true,
  running: true,
  paused: true,
  handed_over: true,
  retrying: true,
  dead_lettered: true,
  stale: true,
  completed: true,
  failed: true,
} satisfies Record<JobSummary['status'], true>)

export const isCancelled = (job: { status: string; error_code?: string | undefined }) =>
  job.status === 'failed' && job.error_code === 'cancelled'
export const canCancel = ({ status }: { status: string }) =>
  !['completed', 'failed', 'dead_lettered'].includes(status)

export function JobsPage({ query }: { query: URLSearchParams }) {
  const filter = {
    status: query.get('status') ?? '',
    algorithm: query.get('algorithm') ?? '',
    text: query.get('text') ?? query.get('prefix') ?? '',
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
  }
  const pages = usePages(JSON.stringify(filter))
  const { from, to, ...same } = filter
  const asked = { ...same, since: beginOf(from), until: beginOf(to, 1), cursor: pages.cursor, limit: '50' }
  const path = `/api/v1/jobs${linkTo([], asked).slice(2)}`
  const { data, error, reload } = useLoaded<{ jobs: JobSummary[]; next_cursor: string | null }>(
    path,
    REFRESH_MS,
  )
  const hasFilter = Object.values(filter).some(Boolean)
  return (
    <>
      <div class="head">
        <h1>Jobs</h1>
      </div>
      <Filters filter={filter} />
      <ErrorNote error={error} />
      {data === undefined ? (
        error === undefined && <Loading />
      ) : data.jobs.length === 0 ? (
        <div class="card">
          <NoJobs hasFilter={hasFilter} />
        </div>
      ) : (
        <div class="card">
          <JobTable jobs={data.jobs} reload={reload} />
          <Pager pages={pages} next={data.next_cursor} />
        </div>
      )}
    </>
  )
}

/** The beginning of a day here, or of a later one; undefined for what is no day. */
function beginOf(day: string, later = 0): string | undefined {
  const begin = new Date(`${day}T00:00`)
  begin.setDate(begin.getDate() + later)
  return Number.isNaN(begin.getTime()) ? undefined : begin.toISOString()
}

function NoJobs({ hasFilter }: { hasFilter: boolean }) {
  if (hasFilter) {
    return (
      <Empty>
        No job fits the filter. <a href={linkTo(['jobs'])}>Show all jobs</a>.
      </Empty>
    )
  }
  return (
    <Empty>
      No job yet. <a href={linkTo(['new'])}>Train a model</a>: drop a file of data, or take the iris sample.
    </Empty>
  )
}

type Filter = Readonly<Record<'status' | 'algorithm' | 'text' | 'from' | 'to', string>>

function Filters({ filter }: { filter: Filter }) {
  const change = (name: string) => (event: TargetedEvent<HTMLSelectElement | HTMLInputElement>) =>
    goTo(linkTo(['jobs'], { ...filter, [name]: event.currentTarget.value.trim() }))
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>Status</span>
        <select value={filter.status} onChange={change('status')}>
          <option value="">all</option>
          {statuses.map((status) => (
            <option key={status} value={status}>
              {status.replace('_', ' ')}
            </option>
          ))}
        </select>
      </label>
      <AlgorithmSelect value={filter.algorithm} hasAuto onChange={change('algorithm')} />
      <label>
        <span>Id, model, dataset or error has</span>
        <input type="search" value={filter.text} maxLength={200} onChange={change('text')} />
      </label>
      <label>
        <span>Sent from</span>
        <input type="date" value={filter.from} max={filter.to} onChange={change('from')} />
      </label>
      <label>
        <span>Sent until</span>
        <input type="date" value={filter.to} min={filter.from} onChange={change('to')} />
      </label>
    </form>
  )
}

function JobTable({ jobs, reload }: { jobs: readonly JobSummary[]; reload(): void }) {
  return (
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Status</th>
            <th scope="col">Algorithm</th>
            <th scope="col">Dataset</th>
            <th scope="col">Score</th>
            <th scope="col">Sent</th>
            <th scope="col">Took</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <JobRow key={job.job_id} job={job} reload={reload} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function JobRow({ job, reload }: { job: JobSummary; reload(): void }) {
  const { job_id, status, algorithm, dataset_path, created_at, started_at, completed_at } = job
  const accuracy = job.accuracy ?? job.current_accuracy
  const score = typeof job.r2 === 'number' ? `r² ${figure(job.r2)}` : figure(accuracy)
  return (
    <tr>
      <th scope="row">
        <a class="name mono" href={linkTo(['jobs', job_id])}>
          {job_id}
        </a>
      </th>
      <td>
        <Status status={status} isCancelled={isCancelled(job)} />{' '}
        {status === 'running' && <Progress percent={job.progress ?? 0} label={`Progress of ${job_id}`} />}
      </td>
      <td data-label="Algorithm">{algorithm}</td>
      <td data-label="Dataset">
        <span class="name">{dataset_path}</span>
      </td>
      <td data-label="Score" class="whole">
        {score}
      </td>
      <td data-label="Sent" class="whole">
        {time(created_at)}
      </td>
      <td data-label="Took" class="whole">
        {started_at === undefined ? '–' : duration(started_at, endOf(status, completed_at))}
      </td>
      <td>
        <span class="actions">
          {canCancel(job) && <CancelButton id={job_id} done={reload} look="small" />}
          <a
            class="small"
            href={linkTo(['new'], { from: job_id })}
            aria-label={`Send again with changes: ${job_id}`}
          >
            Send again
          </a>
        </span>
      </td>
    </tr>
  )
}

/** Of a job that has ended without a time, as old results have it, no duration is known: it took none that can be shown. */
const endOf = (status: string, completedAt: string | undefined) =>
  completedAt ?? (status === 'running' ? undefined : new Date().toISOString())

export function CancelButton({ id, done, look = '' }: { id: string; done(): void; look?: string }) {
  const [isSent, setIsSent] = useState(false)
  return (
    <AskButton
      label={isSent ? 'Cancelling …' : 'Cancel'}
      name={`Cancel ${id}`}
      look={look}
      question={
        <>
          Cancel the job <span class="mono break">{id}</span>? What it has learned is lost.
        </>
      }
      act={async () => {
        setIsSent(true)
        try {
          await send('POST', apiPath('jobs', id, 'cancel'))
          say(`The job ${id} is cancelled.`)
          done()
        } finally {
          setIsSent(false)
        }
      }}
    />
  )
}
