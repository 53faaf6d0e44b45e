import { changed, type FieldSchema, type Written } from '../written.ts'
import { Field } from './field.tsx'

/** Fields of a form, one for each JSON Schema. */
export function FieldList({
  fields,
  written,
  setWritten,
}: {
  fields: readonly { readonly name: string; readonly schema: FieldSchema }[]
  written: Written
  setWritten(written: Written): void
}) {
  return (
    <div class="fields">
      {fields.map(({ name, schema }) => (
        <Field
          key={name}
          name={name}
          schema={schema}
          text={written[name] ?? ''}
          onChange={(text) => setWritten(changed(written, name, text))}
        />
      ))}
    </div>
  )
}
