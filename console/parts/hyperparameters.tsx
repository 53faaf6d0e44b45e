/** A form of hyperparameters, made from their JSON Schema. */
import type { Algorithm } from '../../shared/api/schemas.ts'
import type { FieldSchema, Written } from '../written.ts'
import { FieldList } from './field-list.tsx'

function fieldsOf({ hyperparameters }: Algorithm['estimators'][number]) {
  const { properties } = hyperparameters
  if (typeof properties !== 'object' || properties === null) return []
  return Object.entries<FieldSchema>({ ...properties }).map(([name, schema]) => ({ name, schema }))
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
      <FieldList fields={fieldsOf(estimator)} written={written} setWritten={setWritten} />
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
