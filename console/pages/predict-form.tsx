import { useEffect, useId, useState } from 'preact/hooks'
import type { ModelColumn, Prediction } from '../../shared/api/schemas.ts'
import { apiPath, send, useLoaded } from '../api.ts'
import { figure } from '../format.ts'
import { ErrorNote, Loading } from '../parts/empty.tsx'

type Values = Readonly<Record<string, string>>
const ANSWER_AFTER_MS = 60

/** A field for each column of the model's signature; each change is answered at once. */
export function PredictForm({ id, target }: { id: string; target: string }) {
  const { data, error } = useLoaded<{ columns: ModelColumn[] }>(`${apiPath('models', id)}/columns`)
  if (data === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />
  return <Form id={id} target={target} columns={data.columns} />
}

function Form({ id, target, columns }: { id: string; target: string; columns: readonly ModelColumn[] }) {
  const [values, setValues] = useState<Values>(() => typicalValues(columns))
  const [answer, setAnswer] = useState<Prediction>()
  const [error, setError] = useState<Error>()
  useEffect(() => {
    let isOld = false
    const timer = setTimeout(async () => {
      try {
        const path = `${apiPath('models', id)}/predictions?probabilities=true`
        const found = await send<Prediction>('POST', path, { rows: [rowOf(columns, values)] })
        if (isOld) return
        setAnswer(found)
        setError(undefined)
      } catch (failure) {
        if (!isOld) setError(failure instanceof Error ? failure : new Error(String(failure)))
      }
    }, ANSWER_AFTER_MS)
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [id, columns, values])
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <Answer answer={answer} target={target} />
      <ErrorNote error={error} />
      <div class="fields">
        {columns.map((column) => (
          <ColumnField
            key={column.name}
            column={column}
            text={values[column.name] ?? ''}
            onChange={(text) => setValues((before) => ({ ...before, [column.name]: text }))}
          />
        ))}
      </div>
      <p>
        <button type="button" onClick={() => setValues(typicalValues(columns))}>
          Back to typical values
        </button>
      </p>
    </form>
  )
}

/** The mean of a number, the first of the texts, the middle of dates. */
function typicalValues(columns: readonly ModelColumn[]): Values {
  return Object.fromEntries(
    columns.map(({ name, type, mean, minimum, maximum, values, example }) => {
      if (example !== undefined) return [name, example]
      if (type === 'text') return [name, values?.[0] ?? '']
      const middle = mean ?? (minimum !== undefined && maximum !== undefined ? (minimum + maximum) / 2 : 0)
      return [name, String(type === 'float' ? Number(middle.toPrecision(3)) : Math.round(middle))]
    }),
  )
}

function rowOf(columns: readonly ModelColumn[], values: Values): Record<string, unknown> {
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const text = values[name] ?? ''
      if (text === '') return [name, null]
      return [name, type === 'text' ? text : Number(text)]
    }),
  )
}

function Answer({ answer, target }: { answer: Prediction | undefined; target: string }) {
  if (answer === undefined) return <p class="answer quiet">…</p>
  const { predictions, classes, probabilities, unknown } = answer
  const ranked = (classes ?? [])
    .map((name, k) => ({ name: String(name), share: probabilities?.[0]?.[k] ?? 0 }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 8)
  return (
    <div class="predicted">
      <span class="label">{target}</span>
      <output class="answer">{figure(predictions[0])}</output>
      {ranked.length > 0 && (
        <table class="bars">
          <caption class="unseen">Probabilities</caption>
          <tbody>
            {ranked.map(({ name, share }) => (
              <tr key={name}>
                <th scope="row" class="break choice">
                  {name}
                </th>
                <td>
                  <span class="progress">
                    <progress max={1} value={share} aria-label={`Probability of ${name}`} />
                    <span class="figure">{(share * 100).toFixed(1)} %</span>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {unknown.length > 0 && (
        <p class="note warn">
          Training had no such value in {unknown.map(({ column }) => column).join(', ')}: the answer is a
          guess there.
        </p>
      )}
    </div>
  )
}

function ColumnField({
  column,
  text,
  onChange,
}: {
  column: ModelColumn
  text: string
  onChange(text: string): void
}) {
  const { name, type, minimum, maximum, values } = column
  const id = `value-${useId()}`
  const hasRange = type !== 'text' && minimum !== undefined && maximum !== undefined && minimum < maximum
  const step = type === 'float' && hasRange ? stepOf(minimum, maximum) : 1
  return (
    <div>
      <label class="label break" for={id}>
        {name}
      </label>
      {column.example !== undefined ? (
        <input
          id={id}
          value={text}
          placeholder={`missing, or such as ${column.example}`}
          autocomplete="off"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : type === 'text' ? (
        <select id={id} value={text} onChange={(event) => onChange(event.currentTarget.value)}>
          {column.may_be_missing && <option value="">missing</option>}
          {(values ?? []).map((value) => (
            <option key={value} value={value} selected={value === text}>
              {value}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="number"
          step="any"
          value={text}
          placeholder="missing"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {hasRange && (
        <input
          type="range"
          aria-label={`${name}, from ${figure(minimum)} to ${figure(maximum)}`}
          min={minimum}
          max={maximum}
          step={step}
          value={text === '' ? minimum : text}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </div>
  )
}

/** A round hundredth or so of the range. */
function stepOf(minimum: number, maximum: number): number {
  return 10 ** Math.floor(Math.log10((maximum - minimum) / 50))
}
