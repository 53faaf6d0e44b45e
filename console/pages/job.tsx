import { useEffect, useState } from 'preact/hooks'
import type { Job, JobLogs } from '../../shared/api/schemas.ts'
import { apiPath, useLoaded } from '../api.ts'
import { duration, figure, time, words } from '../format.ts'
import { Code } from '../parts/code.tsx'
import { Curve, type Series, seriesOf } from '../parts/curve.tsx'
import { Empty, ErrorNote, Loading, say } from '../parts/empty.tsx'
import { Facts } from '../parts/facts.tsx'
import { Rivals } from '../parts/rivals.tsx'
import { Progress, Status } from '../parts/status.tsx'
import { Trials } from '../parts/trials.tsx'
import { linkTo } from '../route.ts'
import { CancelButton, canCancel, isCancelled } from './jobs.tsx'

const phases = ['download', 'prepare', 'train', 'evaluate', 'store']

export function JobPage({ id }: { id: string }) {
  const { job, points, isLost, error, reload } = useLiveJob(id)
  if (job === undefined) {
    return (
      <>
        <div class="head">
          <h1>
            Job <span class="mono">{id}</span>
          </h1>
        </div>
        {error === undefined ? <Loading /> : <ErrorNote error={error} />}
        <Empty>
          <a href={linkTo(['jobs'])}>All jobs</a>
        </Empty>
      </>
    )
  }
  return (
    <>
      <div class="head">
        <h1>
          Job <span class="mono">{id}</span>
        </h1>
        <span class="actions">
          {job.model_id !== undefined && (
            <a class="button primary" href={linkTo(['models', job.model_id])}>
              Open the model
            </a>
          )}
          {canCancel(job) && <CancelButton id={id} done={reload} />}
          <a class="button" href={linkTo(['new'], { from: id })}>
            Send again with changes
          </a>
        </span>
      </div>
      {isLost && (
        <p class="note warn">
          The connection to the console’s server is lost: this page tries again. If it stays so, start
          "tensorfleet console" again.
        </p>
      )}
      <Failure job={job} />
      <Warnings warnings={job.warnings ?? []} />
      <State job={job} />
      <Trials job={job} />
      <Rivals comparison={job.comparison} />
      <div class="columns">
        <Curves job={job} points={points} />
        <Metrics metrics={job.metrics} />
        <Message message={job.message} />
        <Logs id={id} isLive={canCancel(job)} />
      </div>
    </>
  )
}

type Point = { readonly epoch: number; readonly loss?: number; readonly accuracy?: number }

/** The job as the server tells of it on every change while the page can be seen, with the epochs seen so far. */
function useLiveJob(id: string) {
  const [job, setJob] = useState<Job>()
  const [points, setPoints] = useState<readonly Point[]>([])
  const [isLost, setIsLost] = useState(false)
  const [asked, setAsked] = useState(0)
  const isVisible = useVisible()
  const first = useLoaded<Job>(apiPath('jobs', id))
  useEffect(() => {
    if (!isVisible) return
    const source = new EventSource(`${apiPath('jobs', id)}/progress`)
    let said = ''
    source.addEventListener('open', () => setIsLost(false))
    source.addEventListener('error', () => setIsLost(true))
    source.addEventListener('job', (event) => {
      const changed: Job = JSON.parse(event.data)
      setJob(changed)
      const { detail } = changed
      if (detail?.epoch !== undefined) {
        const point = { epoch: detail.epoch, ...detail }
        setPoints((before) => (before.at(-1)?.epoch === point.epoch ? before : [...before, point]))
      }
      if (changed.status !== said) say(`The job is ${words(changed.status)}.`)
      said = changed.status
      // The server ends the stream with the job; a browser would open it again.
      if (!canCancel(changed)) source.close()
    })
    return () => source.close()
  }, [id, asked, isVisible])
  const reload = () => setAsked((times) => times + 1)
  return {
    job: job ?? first.data,
    points,
    isLost: isLost && first.data !== undefined,
    error: first.error,
    reload,
  }
}

/** Whether the page is in sight: a browser has few connections to one server, and other tabs need them, too. */
function useVisible(): boolean {
  const [isVisible, setIsVisible] = useState(!document.hidden)
  useEffect(() => {
    const onChange = () => setIsVisible(!document.hidden)
    document.addEventListener('visibilitychange', onChange)
    return () => document.removeEventListener('visibilitychange', onChange)
  }, [])
  return isVisible
}

function State({ job }: { job: Job }) {
  const { status, phase, progress, attempt, max_attempts, next_attempt_at } = job
  const at =
    phase === undefined ? -1 : phases.indexOf(phase === 'paused' || phase === 'handed_over' ? 'train' : phase)
  const isDone = status === 'completed'
  return (
    <section class="card" aria-label="State">
      <div class="actions">
        <Status status={status} isCancelled={isCancelled(job)} />
        {canCancel(job) && <Progress percent={progress ?? 0} label="Progress of the job" />}
      </div>
      {(canCancel(job) || isDone) && (
        <ol class="phases">
          {phases.map((name, i) => (
            <li
              key={name}
              class={isDone || i < at ? 'done' : ''}
              aria-current={!isDone && i === at ? 'step' : undefined}
            >
              <span aria-hidden="true">{isDone || i < at ? '✓' : i === at ? '▸' : '·'}</span> {name}
            </li>
          ))}
        </ol>
      )}
      <hr />
      <Facts
        facts={[
          ['Algorithm', job.algorithm],
          ['Dataset', job.dataset_path],
          ['Model', job.model_name && [job.model_name, job.version].filter(Boolean).join(' ')],
          ['Sent', time(job.created_at)],
          [
            'Took',
            job.started_at &&
              duration(job.started_at, canCancel(job) ? undefined : (job.completed_at ?? job.updated_at)),
          ],
          ['Attempt', attempt && `${attempt} of ${max_attempts ?? '?'}`],
          ['Next attempt', next_attempt_at && time(next_attempt_at)],
          ...Object.entries(job.detail ?? {}).map(([name, value]) => [words(name), figure(value)] as const),
        ]}
      />
    </section>
  )
}

function Failure({ job }: { job: Job }) {
  const { error, error_code, status } = job
  if (error === undefined || isCancelled(job)) return null
  return (
    <div class="note bad" role="alert">
      <strong>{status === 'retrying' ? 'The last attempt failed' : 'The job failed'}</strong>
      {error_code && (
        <>
          {' '}
          (<code>{error_code}</code>)
        </>
      )}
      <br />
      {error}
      <br />
      {status === 'dead_lettered' ? (
        <a href={linkTo(['dead-letters'])}>Send it again from the dead letters</a>
      ) : (
        <a href={linkTo(['new'], { from: job.job_id })}>Correct it and send it again</a>
      )}
    </div>
  )
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} class="note warn">
          {warning}
        </p>
      ))}
    </>
  )
}

type History = Readonly<Record<string, readonly (number | null)[]>>

/** The curves of a finished model's history, else of the epochs seen while the page was open. */
function Curves({ job, points }: { job: Job; points: readonly Point[] }) {
  const history: History | undefined = job.metrics?.history
  if (history !== undefined) {
    return (
      <section class="card" aria-label="Learning curves">
        <HistoryCurves history={history} />
      </section>
    )
  }
  const live = (key: 'loss' | 'accuracy'): Series => ({
    name: key,
    points: points.flatMap((point) => {
      const value = point[key]
      return value === undefined ? [] : [[point.epoch, value] as const]
    }),
  })
  // Of a search these would be many fits, one after the other.
  if (points.length === 0 || job.trials !== undefined) return null
  return (
    <section class="card" aria-label="Learning curves, live">
      <Curve title="Loss, live" series={[live('loss')]} />
      <Curve title="Accuracy, live" series={[live('accuracy')]} />
    </section>
  )
}

export function HistoryCurves({ history }: { history: History }) {
  const pair = (key: string) => [
    seriesOf('training', history[key]),
    seriesOf('validation', history[`val_${key}`]),
  ]
  return (
    <>
      <Curve title="Loss" series={pair('loss')} />
      <Curve title="Accuracy" series={pair('accuracy')} />
    </>
  )
}

export function Metrics({ metrics }: { metrics: Readonly<Record<string, unknown>> | undefined }) {
  if (metrics === undefined) return null
  const figures = Object.entries(metrics).filter(([, value]) => typeof value === 'number')
  return (
    <section class="card">
      <h2>Metrics</h2>
      <Facts
        facts={figures.map(([name, value]) => [
          name === 'training_time' ? 'training time, s' : words(name),
          figure(value),
        ])}
      />
    </section>
  )
}

function Message({ message }: { message: Job['message'] }) {
  if (message === undefined) return null
  return (
    <section class="card">
      <h2>Message</h2>
      <Code label="The job’s message" text={JSON.stringify(message, null, 2)} />
    </section>
  )
}

function Logs({ id, isLive }: { id: string; isLive: boolean }) {
  const { data } = useLoaded<JobLogs>(`${apiPath('jobs', id)}/logs`, isLive ? 2000 : undefined)
  if (data === undefined || data.lines.length === 0) return null
  return (
    <section class="card">
      <h2>Log</h2>
      <Code label="The job’s log lines" text={data.lines.join('\n')} />
    </section>
  )
}
