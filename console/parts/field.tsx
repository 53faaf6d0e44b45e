import { type FieldSchema, textOf } from '../written.ts'

/** A field of a form, made from its JSON Schema. */
export function Field({
  name,
  schema,
  text,
  onChange,
}: {
  name: string
  schema: FieldSchema
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

function choicesOf(schema: FieldSchema): string[] | undefined {
  if (schema.enum !== undefined) return schema.enum.map(textOf)
  return schema.type === 'boolean' ? ['true', 'false'] : undefined
}

const isNumber = ({ type }: FieldSchema) => type === 'integer' || type === 'number'
