import type { MessageField } from '../message-fields.ts'
import type { Written } from '../written.ts'
import { FieldList } from './field-list.tsx'

const titles: Readonly<Record<string, string>> = {
  split: 'Split into training and test rows',
  cv: 'Cross-validation',
  search: 'Search: try many values, keep the best',
  auto: 'How auto chooses',
  csv: 'Dialect of a CSV file',
}

/** The fields of a job that few jobs need, folded: each object of the message on its own. */
export function MessageForm({
  fields,
  written,
  setWritten,
}: {
  fields: readonly MessageField[]
  written: Written
  setWritten(written: Written): void
}) {
  const objects = new Set(fields.filter(({ option }) => option !== undefined).map(({ field }) => field))
  const groups = [
    {
      title: 'Columns, weights and where it runs',
      fields: fields.filter(({ option }) => option === undefined),
    },
    ...Array.from(objects, (object) => ({
      title: titles[object] ?? object,
      fields: fields.filter(({ field }) => field === object),
    })),
  ]
  return (
    <section class="card">
      <h2>More</h2>
      {groups.map((group) => {
        const count = group.fields.filter(({ name }) => written[name] !== undefined).length
        return (
          <details key={group.title} open={count > 0}>
            <summary>
              {group.title}
              {count > 0 ? ` (${count} given)` : ''}
            </summary>
            <FieldList fields={group.fields} written={written} setWritten={setWritten} />
          </details>
        )
      })}
    </section>
  )
}
