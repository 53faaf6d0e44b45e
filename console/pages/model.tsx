import { useState } from 'preact/hooks'
import type { Model, ModelSummary } from '../../shared/api/schemas.ts'
import { apiPath, Refusal, send, useLoaded } from '../api.ts'
import { bytes, figure, time } from '../format.ts'
import { AskButton } from '../parts/ask.tsx'
import { Empty, ErrorNote, Loading } from '../parts/empty.tsx'
import { Facts } from '../parts/facts.tsx'
import { goTo, linkTo } from '../route.ts'
import { HistoryCurves, Metrics, Warnings } from './job.tsx'
import { Aliases, Tags } from './model-names.tsx'
import { compareLink, score } from './models.tsx'
import { PredictForm } from './predict-form.tsx'

/** What a registry's document has of a model, any of which an old one may lack. */
export type ModelDocument = Model & {
  readonly name?: string
  readonly version?: string
  readonly algorithm?: string
  readonly job_id?: string
  readonly created_at?: string
  readonly target_column?: string
  readonly size_bytes?: number
  readonly tags?: Readonly<Record<string, string>>
  readonly warnings?: readonly string[]
  readonly metrics?: Readonly<Record<string, unknown>> & {
    readonly history?: Readonly<Record<string, readonly (number | null)[]>>
  }
  readonly hyperparameters?: Readonly<Record<string, unknown>>
  readonly dataset?: { readonly path?: string; readonly rows?: number; readonly sha256?: string }
  readonly files?: Readonly<Record<string, { readonly bytes: number }>>
}

const RETRY_MS = 1000

export function ModelPage({ id }: { id: string }) {
  const { data: model, error, reload } = useLoaded<ModelDocument>(apiPath('models', id), RETRY_MS, true)
  if (model === undefined) {
    return (
      <>
        <h1>Model</h1>
        {error === undefined ? <Loading /> : <ErrorNote error={error} />}
        {error instanceof Refusal && error.status === 404 && (
          <Empty>
            The registry knows a model a moment after its job has completed: this page looks again by itself.
          </Empty>
        )}
      </>
    )
  }
  return (
    <>
      <div class="head">
        <h1>{model.name ?? id}</h1>
        <span class="actions">
          {model.job_id !== undefined && (
            <a class="button" href={linkTo(['new'], { from: model.job_id })}>
              Train again with changes
            </a>
          )}
          <DeleteButton id={id} model={model} />
        </span>
      </div>
      <Warnings warnings={model.warnings ?? []} />
      <About model={model} />
      <div class="columns">
        <div>
          <section class="card">
            <h2>Predict</h2>
            <PredictForm id={id} target={model.target_column ?? 'the target'} />
          </section>
          <section class="card">
            <h2>Names</h2>
            <Aliases id={id} aliases={model.aliases} reload={reload} />
            <Tags id={id} tags={model.tags ?? {}} reload={reload} />
          </section>
        </div>
        <div>
          <Metrics metrics={model.metrics} />
          {model.metrics?.history && (
            <section class="card" aria-label="Learning curves">
              <HistoryCurves history={model.metrics.history} />
            </section>
          )}
          <Downloads id={id} files={model.files} />
          <Versions id={id} />
        </div>
      </div>
      <Report id={id} hasReport={model.files?.['report.json'] !== undefined} />
    </>
  )
}

function About({ model }: { model: ModelDocument }) {
  const { job_id, dataset, hyperparameters } = model
  return (
    <section class="card" aria-label="About the model">
      <Facts
        facts={[
          ['Version', model.version],
          ['Algorithm', model.algorithm],
          ['Predicts', model.target_column],
          ['Dataset', dataset?.path],
          ['Rows', dataset?.rows],
          ['Size', bytes(model.size_bytes)],
          ['Trained', time(model.created_at)],
          ['Job', job_id && <a href={linkTo(['jobs', job_id])}>{job_id}</a>],
          ['Id', <code key="id">{model.model_id}</code>],
        ]}
      />
      <details class="more">
        <summary>Hyperparameters</summary>
        <Facts
          facts={Object.entries(hyperparameters ?? {}).map(([name, value]) => [
            name,
            value === null ? 'null' : figure(value),
          ])}
        />
      </details>
    </section>
  )
}

function Downloads({ id, files }: { id: string; files: ModelDocument['files'] }) {
  const all = ['manifest.json', ...Object.keys(files ?? {})]
  return (
    <section class="card">
      <h2>Download</h2>
      <ul class="plain">
        {all.map((file) => (
          <li key={file}>
            <a href={`${apiPath('models', id, 'files')}/${encodeURIComponent(file)}`} download={file}>
              {file}
            </a>{' '}
            <span class="quiet">{files?.[file] && bytes(files[file].bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Versions({ id }: { id: string }) {
  const { data, error } = useLoaded<{ versions: ModelSummary[] }>(`${apiPath('models', id)}/versions`)
  const others = data?.versions.filter(({ model_id }) => model_id !== id).slice(0, 20) ?? []
  return (
    <section class="card">
      <h2>Other versions</h2>
      <ErrorNote error={error} />
      {data && others.length === 0 && (
        <p class="quiet">None. Training under the same name again makes a new version.</p>
      )}
      <ul class="plain">
        {others.map((version) => (
          <li key={version.model_id}>
            <a href={linkTo(['models', version.model_id])}>{version.version}</a> {score(version)}{' '}
            {(version.aliases ?? []).map((alias) => (
              <span key={alias} class="tag alias">
                @{alias}
              </span>
            ))}
            <a href={compareLink([id, version.model_id])} aria-label={`Compare with ${version.version}`}>
              compare
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function DeleteButton({ id, model }: { id: string; model: ModelDocument }) {
  return (
    <AskButton
      label="Delete"
      name={`Delete ${model.name ?? id} ${model.version ?? ''}`}
      look="danger"
      question={
        <>
          Delete {model.name} {model.version}, its files and its report? This cannot be undone. The job’s
          result stays.
        </>
      }
      act={async () => {
        await send('DELETE', apiPath('models', id))
        goTo(linkTo(['models']))
      }}
    />
  )
}

function Report({ id, hasReport }: { id: string; hasReport: boolean }) {
  const [isOpen, setIsOpen] = useState(false)
  if (!hasReport) return null
  const address = `${apiPath('models', id)}/report`
  return (
    <section class="card">
      <div class="head">
        <h2>Report</h2>
        <span class="actions">
          <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {isOpen ? 'Close the report' : 'Open the report'}
          </button>
          <a href={address} target="_blank" rel="noreferrer">
            Open it in a tab of its own
          </a>
        </span>
      </div>
      {/* Names in a report are anybody's: it may run its own script, and reach nothing of this page. */}
      {isOpen && <iframe class="report" title="The model’s report" src={address} sandbox="allow-scripts" />}
    </section>
  )
}
