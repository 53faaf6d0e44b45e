import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Algorithm, Dataset, DatasetPreview, Job } from '../../shared/api/schemas.ts'
import { apiPath, send, useLoaded } from '../api.ts'
import { commandLine } from '../command-line.ts'
import { type Draft, draftOf, emptyDraft, type Message, messageOf, shownFields } from '../draft.ts'
import { type JsonSchema, type MessageField, messageFields } from '../message-fields.ts'
import { useAlgorithms } from '../parts/algorithm-select.tsx'
import { ErrorNote, Loading } from '../parts/empty.tsx'
import { HyperparameterForm } from '../parts/hyperparameters.tsx'
import { MessageForm } from '../parts/message-form.tsx'
import { ColumnTable } from '../parts/preview.tsx'
import { Upload } from '../parts/upload.tsx'
import { goTo, linkTo } from '../route.ts'

export function NewJobPage({ from, dataset }: { from: string | null; dataset: string | null }) {
  const earlier = useLoaded<Job>(from === null ? undefined : apiPath('jobs', from))
  const algorithms = useAlgorithms()
  const api = useLoaded<{ components: { schemas: { JobMessage: JsonSchema } } }>('/openapi.json')
  const fields = useMemo(() => api.data && messageFields(api.data.components.schemas.JobMessage), [api.data])
  const isFound = from === null || earlier.data !== undefined
  return (
    <>
      <div class="head">
        <h1>{from === null ? 'New job' : `Send ${from} again with changes`}</h1>
      </div>
      <ErrorNote error={earlier.error ?? api.error} />
      {algorithms !== undefined && fields !== undefined && isFound ? (
        <JobForm
          algorithms={algorithms}
          fields={fields}
          first={
            earlier.data?.message === undefined
              ? { ...emptyDraft, dataset: dataset ?? '' }
              : draftOf(earlier.data.message, fields)
          }
        />
      ) : (
        (earlier.error ?? api.error) === undefined && <Loading />
      )}
    </>
  )
}

function JobForm({
  algorithms,
  fields,
  first,
}: {
  algorithms: readonly Algorithm[]
  fields: readonly MessageField[]
  first: Draft
}) {
  const [draft, setDraft] = useState(first)
  const [json, setJson] = useState<string>()
  const [error, setError] = useState<Error>()
  const [isBusy, setIsBusy] = useState(false)
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }))
  const message = messageOf(draft, fields)
  const submit = async () => {
    setIsBusy(true)
    setError(undefined)
    try {
      const given = json === undefined ? message : messageIn(json)
      const sent = await send<Job>('POST', '/api/v1/jobs', { job_id: newJobId(given), ...given })
      goTo(linkTo(['jobs', sent.job_id]))
    } catch (failure) {
      setError(refusalOf(failure))
      setIsBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {json === undefined ? (
        <>
          <DataPart draft={draft} change={change} />
          <AlgorithmPart algorithms={algorithms} draft={draft} change={change} />
          <MessageForm
            fields={shownFields(fields, draft.algorithm)}
            written={draft.more}
            setWritten={(more) => change({ more })}
          />
        </>
      ) : (
        <JsonPart json={json} setJson={setJson} />
      )}
      <section class="card">
        <h2>Send</h2>
        <ErrorNote error={error} />
        <div class="actions">
          <button
            type="submit"
            class="primary"
            disabled={isBusy || (json === undefined && draft.dataset === '')}
          >
            {isBusy ? 'Sending …' : 'Train'}
          </button>
          <button
            type="button"
            onClick={() => setJson(json === undefined ? JSON.stringify(message, null, 2) : undefined)}
          >
            {json === undefined ? 'Write it as JSON' : 'Back to the form'}
          </button>
          {json === undefined && draft.dataset === '' && <span class="help">Choose the data first.</span>}
        </div>
        {json === undefined && draft.dataset !== '' && <Command message={message} />}
      </section>
    </form>
  )
}

function JsonPart({ json, setJson }: { json: string; setJson(json: string): void }) {
  return (
    <section class="card">
      <label>
        <span>The message as JSON; without a job_id it gets one</span>
        <textarea value={json} spellcheck={false} onInput={(event) => setJson(event.currentTarget.value)} />
      </label>
    </section>
  )
}

function refusalOf(failure: unknown): Error {
  if (failure instanceof SyntaxError)
    return new Error(`The message is not JSON (${failure.message}): correct it.`)
  return failure instanceof Error ? failure : new Error(String(failure))
}

/** @throws an error that says what to do. */
function messageIn(json: string): Message {
  const given: unknown = JSON.parse(json)
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given }
  throw new Error(
    'The message must be a JSON object, such as {"algorithm": "svm", "dataset_path": "iris.csv"}.',
  )
}

/** Such as `iris-svm-1f2e3d4c`: people read it, and no other job has it. */
function newJobId({ dataset_path, algorithm }: Message): string {
  const dataset =
    String(dataset_path)
      .split('/')
      .at(-1)
      ?.split('.')[0]
      .replaceAll(/[^A-Za-z0-9_-]+/g, '') ?? ''
  const [unique] = crypto.randomUUID().split('-')
  return `${dataset.replace(/^[_-]+/, '').slice(0, 60) || 'job'}-${algorithm}-${unique}`.replaceAll('_', '-')
}

function Command({ message }: { message: Message }) {
  const command = commandLine(message)
  return (
    <>
      <p class="help">The same from a shell:</p>
      <div class="actions">
        <pre class="command">{command}</pre>
        <button type="button" class="small" onClick={() => navigator.clipboard.writeText(command)}>
          Copy
        </button>
      </div>
    </>
  )
}

function DataPart({ draft, change }: { draft: Draft; change(changed: Partial<Draft>): void }) {
  const { data: list, error, reload } = useLoaded<{ datasets: Dataset[] }>('/api/v1/datasets?limit=200')
  const name = draft.dataset.replace(/^s3:\/\/[^/]+\/datasets\//, '')
  const isOurs = /^[A-Za-z0-9][\w.-]{0,127}$/.test(name)
  const preview = useLoaded<DatasetPreview>(
    isOurs ? `${apiPath('datasets', name)}/preview?rows=5` : undefined,
  )
  const known = list?.datasets.find(({ dataset_path }) => dataset_path === draft.dataset)
  const columns = preview.data?.columns
  // The column that is known to be the target, else the last one, as the worker takes it.
  useEffect(() => {
    if (columns === undefined || columns.some((column) => column.name === draft.target)) return
    const suggested = columns.find((column) => column.name === known?.target_column) ?? columns.at(-1)
    change({ target: suggested?.name ?? '', dropped: [] })
  }, [columns, known, draft.target])
  const choose = (dataset: string) => change({ dataset, target: '', dropped: [] })
  return (
    <section class="card">
      <h2>Data</h2>
      <Upload
        onStored={({ dataset_path }) => {
          reload()
          choose(dataset_path)
          preview.reload()
        }}
      />
      <ErrorNote error={error} />
      <label>
        <span>or a dataset that is stored, or s3://bucket/key</span>
        <input
          list="stored-datasets"
          value={draft.dataset}
          placeholder="iris.csv"
          onChange={(event) => choose(event.currentTarget.value.trim())}
        />
      </label>
      <datalist id="stored-datasets">
        {(list?.datasets ?? []).map(({ dataset_path, description }) => (
          <option key={dataset_path} value={dataset_path} label={description} />
        ))}
      </datalist>
      <StoredButtons datasets={list?.datasets ?? []} chosen={draft.dataset} choose={choose} />
      <ErrorNote error={preview.error} />
      {preview.data && (
        <>
          <p class="help">
            {preview.data.is_partial ? 'The first ' : ''}
            {preview.data.rows} rows. Choose the column to predict, and which others to use.
          </p>
          <ColumnTable
            preview={preview.data}
            choice={{
              target: draft.target,
              dropped: draft.dropped,
              setTarget: (target) =>
                change({ target, dropped: draft.dropped.filter((each) => each !== target) }),
              setDropped: (dropped) => change({ dropped }),
            }}
          />
        </>
      )}
    </section>
  )
}

/** The first datasets as buttons, so that nobody needs to know a name. */
function StoredButtons({
  datasets,
  chosen,
  choose,
}: {
  datasets: readonly Dataset[]
  chosen: string
  choose(path: string): void
}) {
  return (
    <p class="actions picks">
      {datasets.slice(0, 8).map(({ dataset_path, name }) => (
        <button
          key={name}
          type="button"
          class="small"
          aria-pressed={dataset_path === chosen}
          onClick={() => choose(dataset_path)}
        >
          {name}
        </button>
      ))}
    </p>
  )
}

function AlgorithmPart({
  algorithms,
  draft,
  change,
}: {
  algorithms: readonly Algorithm[]
  draft: Draft
  change(changed: Partial<Draft>): void
}) {
  const algorithm = algorithms.find(({ name }) => name === draft.algorithm) ?? algorithms[0]
  const isAuto = draft.algorithm === 'auto'
  const estimator = algorithm.estimators.find(({ task }) => task === draft.task) ?? algorithm.estimators[0]
  return (
    <section class="card">
      <h2>Algorithm</h2>
      <div class="fields">
        <label>
          <span>Algorithm</span>
          <select
            value={isAuto ? 'auto' : algorithm.name}
            onChange={(event) => change({ algorithm: event.currentTarget.value, task: '', written: {} })}
          >
            {algorithms.map(({ name }) => (
              <option key={name} value={name} selected={!isAuto && name === algorithm.name}>
                {name}
              </option>
            ))}
            <option value="auto" selected={isAuto}>
              auto (the best of them)
            </option>
          </select>
        </label>
        <label>
          <span>Task</span>
          <select value={draft.task} onChange={(event) => change({ task: event.currentTarget.value })}>
            <option value="">what the target’s values say</option>
            {algorithm.estimators.map(({ task }) => (
              <option key={task} value={task} selected={task === draft.task}>
                {task}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Name of the model</span>
          <input
            value={draft.modelName}
            maxLength={256}
            placeholder="made from algorithm and dataset"
            onInput={(event) => change({ modelName: event.currentTarget.value })}
          />
        </label>
      </div>
      {isAuto ? null : (
        <details open={Object.keys(draft.written).length > 0}>
          <summary>
            Hyperparameters
            {Object.keys(draft.written).length > 0 ? ` (${Object.keys(draft.written).length} changed)` : ''}
          </summary>
          <HyperparameterForm
            estimator={estimator}
            written={draft.written}
            setWritten={(written) => change({ written })}
          />
        </details>
      )}
    </section>
  )
}
