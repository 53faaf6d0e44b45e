import { apiPath, useLoaded } from '../api.ts'
import { figure, words } from '../format.ts'
import { Curve, seriesOf } from '../parts/curve.tsx'
import { Empty, ErrorNote, Loading } from '../parts/empty.tsx'
import { linkTo } from '../route.ts'
import type { ModelDocument } from './model.tsx'

type Fact = {
  readonly part: 'model' | 'metrics' | 'hyperparameters' | 'data'
  readonly name: string
  readonly values: readonly unknown[]
  readonly same: boolean
}
type Comparison = { readonly models: readonly ModelDocument[]; readonly facts: readonly Fact[] }

const parts = [
  ['metrics', 'Metrics'],
  ['hyperparameters', 'Hyperparameters'],
  ['data', 'Data'],
  ['model', 'Model'],
] as const

export function ComparePage({ ids }: { ids: readonly string[] }) {
  const canCompare = ids.length >= 2 && ids.length <= 4
  const query = new URLSearchParams(ids.map((id) => ['model', id])).toString()
  const { data, error } = useLoaded<Comparison>(
    canCompare ? `${apiPath('models', 'compare')}?${query}` : undefined,
  )
  return (
    <>
      <div class="head">
        <h1>Compare models</h1>
      </div>
      {!canCompare && (
        <Empty>
          Two to four models can be compared. <a href={linkTo(['models'])}>Mark them in the list</a>.
        </Empty>
      )}
      <ErrorNote error={error} />
      {canCompare && data === undefined && error === undefined && <Loading />}
      {data && (
        <>
          <Curves models={data.models} />
          {parts.map(([part, title]) => (
            <Part
              key={part}
              title={title}
              facts={data.facts.filter((fact) => fact.part === part)}
              models={data.models}
            />
          ))}
        </>
      )}
    </>
  )
}

const labelOf = ({ name, version, algorithm }: ModelDocument, models: readonly ModelDocument[]) => {
  const isOneName = models.every((other) => other.name === name)
  return isOneName ? (version ?? '') : `${name ?? algorithm ?? ''} ${version ?? ''}`
}

function Curves({ models }: { models: readonly ModelDocument[] }) {
  const withHistory = models.filter(({ metrics }) => metrics?.history !== undefined)
  if (withHistory.length === 0) return null
  const lines = (key: string) =>
    models.map((model) => seriesOf(labelOf(model, models), model.metrics?.history?.[key]))
  return (
    <section class="card" aria-label="Learning curves">
      <div class="columns">
        <Curve title="Training loss" series={lines('loss')} />
        <Curve title="Training accuracy" series={lines('accuracy')} />
        <Curve title="Validation loss" series={lines('val_loss')} />
        <Curve title="Validation accuracy" series={lines('val_accuracy')} />
      </div>
    </section>
  )
}

function Part({
  title,
  facts,
  models,
}: {
  title: string
  facts: readonly Fact[]
  models: readonly ModelDocument[]
}) {
  if (facts.length === 0) return null
  return (
    <section class="card">
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
      <section class="scroll sides" tabIndex={0} aria-label={`${title} side by side`}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">Fact</span>
              </th>
              {models.map((model) => (
                <th key={model.model_id} scope="col" class="break">
                  <a href={linkTo(['models', model.model_id])}>{labelOf(model, models)}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <tr key={fact.name} class={fact.same ? '' : 'differs'}>
                <th scope="row">
                  {words(fact.name)}
                  {!fact.same && <span class="unseen"> (differs)</span>}
                </th>
                {fact.values.map((value, i) => (
                  <td key={models[i].model_id} class={isBest(fact, i) ? 'best break' : 'break'}>
                    {shown(value)}
                    {isBest(fact, i) && <span class="unseen"> (best)</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function shown(value: unknown): string {
  if (Array.isArray(value) && value.length > 12) return `${value.length} entries`
  return Array.isArray(value) ? value.map(figure).join(', ') : figure(value)
}

/** Of errors and losses the smallest is best, of the other metrics the largest. */
function isBest({ part, name, values, same }: Fact, i: number): boolean {
  if (part !== 'metrics' || same || name === 'training_time') return false
  const numbers = values.filter((value) => typeof value === 'number')
  const best = /loss|error/.test(name) ? Math.min(...numbers) : Math.max(...numbers)
  return values[i] === best
}
