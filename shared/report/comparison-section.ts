import type { RivalComparison } from '../jobs/result.ts'
import { count, counted, figure, type Html, html, shown } from './html.ts'
import { scrolling } from './results-section.ts'

/** Where the model of a search, or of "auto", is right and the next best are not. */
export function comparisonSection(comparison: RivalComparison | undefined): Html | undefined {
  if (comparison === undefined) return undefined
  const { rivals, test_rows, ahead, behind, classes } = comparison
  const names = rivals.map(({ algorithm, parameters }) => rivalName(algorithm, parameters))
  const sentence = classes
    ? `Of ${counted(test_rows, 'test row')}, this model alone is right in ${count(ahead)}, and alone wrong in ${count(behind)}.`
    : `Of ${counted(test_rows, 'test row')}, this model is nearest to the actual number in ${count(ahead)}, and farthest from it in ${count(behind)}.`
  return html`<section><h2>Beside its rivals</h2>
<p class="muted">The next best, fitted on the same training rows: ${names.map((name, k) => html`${k === 0 ? '' : ' and '}<bdi>${name}</bdi>`)}. ${sentence}</p>
${classes ? classTable(classes) : undefined}
${rowTable(comparison, names)}</section>`
}

function rivalName(algorithm: string, parameters: object): string {
  const own = Object.entries(parameters).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  return shown([algorithm.replaceAll('_', ' '), ...own].join(', '), 80)
}

function classTable(classes: NonNullable<RivalComparison['classes']>): Html {
  return scrolling(
    'Beside its rivals, per class',
    html`<table><thead><tr><th scope="col" class="text">class</th><th scope="col">test rows</th><th scope="col">right</th><th scope="col">alone right</th><th scope="col">alone wrong</th></tr></thead>
<tbody>${classes.map(
      ({ class: name, test_rows, right, ahead, behind }) =>
        html`<tr><th scope="row">${shown(name)}</th><td>${count(test_rows)}</td><td>${count(right)}</td><td>${count(ahead)}</td><td>${count(behind)}</td></tr>`,
    )}</tbody></table>`,
  )
}

function rowTable({ rows, classes }: RivalComparison, names: readonly string[]): Html | undefined {
  if (rows.length === 0) return undefined
  const cell = (value: string | number) =>
    typeof value === 'number' ? html`<td>${figure(value)}</td>` : html`<td class="text">${shown(value)}</td>`
  const kind = classes ? ' class="text"' : ''
  const head = (name: string) => html`<th scope="col"${{ markup: kind }}>${shown(name)}</th>`
  return html`<h3>${classes ? 'Right where the rivals are not' : 'Nearest by most'}</h3>
<p class="muted">Rows of the dataset by their number, from 1.</p>
${scrolling(
  'Test rows beside the rivals',
  html`<table><thead><tr><th scope="col" class="text">row</th>${['actual', 'this model', ...names].map(head)}</tr></thead>
<tbody>${rows.map(
    ({ row, actual, predicted, rivals }) =>
      html`<tr><th scope="row">${count(row)}</th>${[actual, predicted, ...rivals].map(cell)}</tr>`,
  )}</tbody></table>`,
)}`
}
