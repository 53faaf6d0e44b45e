import type { DatasetPreview } from '../../shared/api/schemas.ts'
import { figure } from '../format.ts'

type Column = DatasetPreview['columns'][number]

/** The columns of a dataset; with `target` one of them can be chosen, and others left out. */
export function ColumnTable({
  preview,
  choice,
}: {
  preview: DatasetPreview
  choice?: {
    readonly target: string
    readonly dropped: readonly string[]
    setTarget(name: string): void
    setDropped(names: readonly string[]): void
  }
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section class="scroll" tabIndex={0} aria-label="The columns">
      <table>
        <thead>
          <tr>
            {choice && <th scope="col">Target</th>}
            {choice && <th scope="col">Use</th>}
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col" class="figure">
              Missing
            </th>
            <th scope="col" class="figure">
              Distinct
            </th>
            <th scope="col">Values</th>
          </tr>
        </thead>
        <tbody>
          {preview.columns.map((column) => (
            <tr key={column.name}>
              {choice && (
                <td>
                  <input
                    type="radio"
                    name="target"
                    aria-label={`Predict ${column.name}`}
                    checked={choice.target === column.name}
                    onChange={() => choice.setTarget(column.name)}
                  />
                </td>
              )}
              {choice && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Use ${column.name} as a feature`}
                    disabled={choice.target === column.name}
                    checked={!choice.dropped.includes(column.name) && choice.target !== column.name}
                    onChange={(event) =>
                      choice.setDropped(
                        event.currentTarget.checked
                          ? choice.dropped.filter((name) => name !== column.name)
                          : [...choice.dropped, column.name],
                      )
                    }
                  />
                </td>
              )}
              <th scope="row" class="break">
                {column.name}
              </th>
              <td>{column.type}</td>
              <td class={column.missing > 0 ? 'figure warn' : 'figure'}>{column.missing}</td>
              <td class="figure">{column.distinct}</td>
              <td class="break">{valuesOf(column)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function valuesOf({ minimum, maximum, mean, values }: Column): string {
  if (minimum !== undefined) return `${figure(minimum)} to ${figure(maximum)}, mean ${figure(mean)}`
  const shown = (values ?? []).slice(0, 4).map(({ value, rows }) => `${value.slice(0, 60)} (${rows})`)
  return shown.join(', ') + ((values ?? []).length > 4 ? ', …' : '')
}

export function HeadTable({ preview }: { preview: DatasetPreview }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section class="scroll" tabIndex={0} aria-label="The first rows">
      <table>
        <thead>
          <tr>
            {preview.columns.map(({ name, type }) => (
              <th key={name} scope="col" class={type === 'text' || type === 'bool' ? '' : 'figure'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.head.map((row, i) => (
            <tr key={i}>
              {row.map((value, j) => (
                <td key={preview.columns[j].name} class={typeof value === 'number' ? 'figure' : ''}>
                  {value === null ? <span class="quiet">missing</span> : String(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
