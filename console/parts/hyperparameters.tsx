/** A form of hyperparameters, made from their JSON Schema. */
import type { Algorithm } from '../../shared/api/schemas.ts'

type Schema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
}

/** What was written, by name; a field that was left alone is not there. */
export type Written = Readonly<Record<string, string>>

/** The value that a text stands for: JSON where it is, else the text itself. */
function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** The hyperparameters as a job's message has them. */
export function hyperparametersOf(written: Written): Record<string, unknown> {
  const given = Object.entries(written).filter(([, text]) => text.trim() !== '')
  return Object.fromEntries(given.map(([name, text]) => [name, parsedOf(text.trim())]))
}

function schemasOf(estimator: Algorithm['estimators'][number] | undefined): [string, Schema][] {
  const properties: unknown = estimator?.hyperparameters.properties
  if (typeof properties !== 'object' || properties === null) return []
  return Object.entries<Schema>({ ...properties })
}

export function HyperparameterForm({
  estimator,
  written,
  setWritten,
}: {
  estimator: Algorithm['estimators'][number]
  written: Written
  setWritten(written: Written): void
}) {
  const change = (name: string, text: string) => {
    const { [name]: _, ...others } = written
    setWritten(text === '' ? others : { ...others, [name]: text })
  }
  return (
    <>
      <div class="fields">
        {schemasOf(estimator).map(([name, schema]) => (
          <Field
            key={name}
            name={name}
            schema={schema}
            text={written[name] ?? ''}
            onChange={(text) => change(name, text)}
          />
        ))}
      </div>
      {estimator.rules.length > 0 && (
        <ul class="help">
          {estimator.rules.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      )}
    </>
  )
}

function Field({
  name,
  schema,
  text,
  onChange,
}: {
  name: string
  schema: Schema
  text: string
  onChange(text: string): void
}) {
  const choices = choicesOf(schema)
  const id = `parameter-${name}`
  const byDefault = schema.default === undefined ? '' : textOf(schema.default)
  return (
    <div>
      <label class="label" for={id}>
        <code>{name}</code>
      </label>
      {choices === undefined ? (
        <input
          id={id}
          value={text}
          placeholder={byDefault === '' ? 'not set' : byDefault}
          aria-describedby={`${id}-help`}
          inputMode={isNumber(schema) ? 'decimal' : 'text'}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <select
          id={id}
          value={text}
          aria-describedby={`${id}-help`}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          <option value="">{byDefault === '' ? 'not set' : `${byDefault} (default)`}</option>
          {choices
            .filter((choice) => choice !== byDefault)
            .map((choice) => (
              <option key={choice} value={choice} selected={choice === text}>
                {choice}
              </option>
            ))}
        </select>
      )}
      <small id={`${id}-help`}>{schema.description}</small>
    </div>
  )
}

function choicesOf(schema: Schema): string[] | undefined {
  if (schema.enum !== undefined) return schema.enum.map(textOf)
  return schema.type === 'boolean' ? ['true', 'false'] : undefined
}

const isNumber = ({ type }: Schema) => type === 'integer' || type === 'number'
