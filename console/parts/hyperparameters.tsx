/** A form of hyperparameters, made from their JSON Schema. */
import type { Algorithm } from '../../shared/api/schemas.ts'
import { changed, type FieldSchema, type Written } from '../written.ts'
import { Field } from './field.tsx'

function schemasOf(estimator: Algorithm['estimators'][number] | undefined): [string, FieldSchema][] {
  const properties: unknown = estimator?.hyperparameters.properties
  if (typeof properties !== 'object' || properties === null) return []
  return Object.entries<FieldSchema>({ ...properties })
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
  return (
    <>
      <div class="fields">
        {schemasOf(estimator).map(([name, schema]) => (
          <Field
            key={name}
            name={name}
            schema={schema}
            text={written[name] ?? ''}
            onChange={(text) => setWritten(changed(written, name, text))}
          />
        ))}
      </div>
      {estimator.rules.length > 0 && (
        <ul class="help">
          {estimator.rules.map((rule) => (
            <li key={rule}>{withCode(rule)}</li>
          ))}
        </ul>
      )}
    </>
  )
}

/** What stands between backticks is a name. */
const withCode = (text: string) =>
  text.split('`').map((part, k) => (k % 2 === 1 ? <code key={k}>{part}</code> : part))
