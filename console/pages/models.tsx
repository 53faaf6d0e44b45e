import type { TargetedEvent } from 'preact'
import { useState } from 'preact/hooks'
import type { ModelSummary } from '../../shared/api/schemas.ts'
import { useLoaded } from '../api.ts'
import { bytes, figure, time } from '../format.ts'
import { AlgorithmSelect } from '../parts/algorithm-select.tsx'
import { Empty, ErrorNote, Loading } from '../parts/empty.tsx'
import { Pager, usePages } from '../parts/pager.tsx'
import { goTo, linkTo } from '../route.ts'

const MOST_COMPARED = 4

export const compareLink = (ids: readonly string[]) =>
  `${linkTo(['compare'])}?${new URLSearchParams(ids.map((id) => ['model', id])).toString()}`

export function ModelsPage({ query }: { query: URLSearchParams }) {
  const filter = {
    name: query.get('name') ?? '',
    algorithm: query.get('algorithm') ?? '',
    tag: query.get('tag') ?? '',
  }
  const pages = usePages(JSON.stringify(filter))
  const path = `/api/v1/models${linkTo([], { ...filter, cursor: pages.cursor, limit: '50' }).slice(2)}`
  const { data, error } = useLoaded<{ models: ModelSummary[]; next_cursor: string | null }>(path, 5000)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const hasFilter = Object.values(filter).some(Boolean)
  return (
    <>
      <div class="head">
        <h1>Models</h1>
        <span class="actions">
          {chosen.length < 2 ? (
            <span class="quiet">Mark two to four to compare them</span>
          ) : (
            <a class="button primary" href={compareLink(chosen)}>
              Compare {chosen.length}
            </a>
          )}
        </span>
      </div>
      <Filters filter={filter} />
      <ErrorNote error={error} />
      {data === undefined ? (
        error === undefined && <Loading />
      ) : (
        <div class="card">
          {data.models.length === 0 ? (
            <NoModels hasFilter={hasFilter} />
          ) : (
            <ModelTable models={data.models} chosen={chosen} setChosen={setChosen} />
          )}
          <Pager pages={pages} next={data.next_cursor} />
        </div>
      )}
    </>
  )
}

function NoModels({ hasFilter }: { hasFilter: boolean }) {
  if (hasFilter) {
    return (
      <Empty>
        No model fits the filter; a name is matched whole. <a href={linkTo(['models'])}>Show all models</a>.
      </Empty>
    )
  }
  return (
    <Empty>
      No model yet: a job that completes stores one. <a href={linkTo(['new'])}>Train a model</a>.
    </Empty>
  )
}

function Filters({ filter }: { filter: { name: string; algorithm: string; tag: string } }) {
  const change = (name: string) => (event: TargetedEvent<HTMLSelectElement | HTMLInputElement>) =>
    goTo(linkTo(['models'], { ...filter, [name]: event.currentTarget.value.trim() }))
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>Name</span>
        <input type="search" value={filter.name} maxLength={256} onChange={change('name')} />
      </label>
      <AlgorithmSelect value={filter.algorithm} onChange={change('algorithm')} />
      <label>
        <span>Tag, as key or key=value</span>
        <input
          type="search"
          value={filter.tag}
          pattern="\w[\w\-]{0,127}(=.*)?"
          onChange={(event) => event.currentTarget.reportValidity() && change('tag')(event)}
        />
      </label>
    </form>
  )
}

/** The figure by which a model is judged: a classifier's accuracy, a regressor's r2. */
export function score({ metrics }: Pick<ModelSummary, 'metrics'>): string {
  if (metrics.accuracy !== undefined) return `accuracy ${figure(metrics.accuracy)}`
  return metrics.r2 === undefined ? '–' : `r2 ${figure(metrics.r2)}`
}

function ModelTable({
  models,
  chosen,
  setChosen,
}: {
  models: readonly ModelSummary[]
  chosen: readonly string[]
  setChosen(ids: readonly string[]): void
}) {
  return (
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Compare</span>
            </th>
            <th scope="col">Model</th>
            <th scope="col">Version</th>
            <th scope="col">Algorithm</th>
            <th scope="col">Dataset</th>
            <th scope="col">Score</th>
            <th scope="col">Size</th>
            <th scope="col">Trained</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.model_id}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Compare ${model.name} ${model.version}`}
                  checked={chosen.includes(model.model_id)}
                  disabled={chosen.length >= MOST_COMPARED && !chosen.includes(model.model_id)}
                  onChange={(event) =>
                    setChosen(
                      event.currentTarget.checked
                        ? [...chosen, model.model_id]
                        : chosen.filter((id) => id !== model.model_id),
                    )
                  }
                />
              </td>
              <th scope="row">
                <a class="name" href={linkTo(['models', model.model_id])}>
                  {model.name ?? model.model_id}
                </a>{' '}
                {(model.aliases ?? []).map((alias) => (
                  <span key={alias} class="tag alias">
                    @{alias}
                  </span>
                ))}
                {Object.entries(model.tags).map(([name, value]) => (
                  <span key={name} class="tag">
                    {value === '' ? name : `${name}=${value}`}
                  </span>
                ))}
              </th>
              <td data-label="Version">{model.version}</td>
              <td data-label="Algorithm">{model.algorithm}</td>
              <td data-label="Dataset">
                <span class="name">{model.dataset_name}</span>
              </td>
              <td data-label="Score" class="whole">
                {score(model)}
              </td>
              <td data-label="Size" class="whole">
                {bytes(model.size_bytes)}
              </td>
              <td data-label="Trained" class="whole">
                {time(model.created_at)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
