/** What people write into the fields of a form, and the values that it stands for. */

/** What was written, by the field's name; a field that was left alone is not there. */
export type Written = Readonly<Record<string, string>>

/** Of a JSON Schema what a form can use. */
export type FieldSchema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
}

/** The value that a text stands for: JSON where it is, else the text itself. */
export function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

export function changed(written: Written, name: string, text: string): Written {
  const { [name]: _, ...others } = written
  return text === '' ? others : { ...others, [name]: text }
}

/** The hyperparameters as a job's message has them. */
export function hyperparametersOf(written: Written): Record<string, unknown> {
  const given = Object.entries(written).filter(([, text]) => text.trim() !== '')
  return Object.fromEntries(given.map(([name, text]) => [name, parsedOf(text.trim())]))
}
