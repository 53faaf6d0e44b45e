import type { CrossValidation } from '../jobs/result.ts'
import { type Html, html } from './html.ts'
import { scrolling } from './results-section.ts'

/** The scores of the folds, where the job was cross-validated. */
export function crossValidationSection(crossValidation: CrossValidation | undefined): Html | undefined {
  if (crossValidation === undefined) return undefined
  const { metric, scores, mean_score, std_score } = crossValidation
  const name = metric === 'r2' ? 'r²' : metric
  return html`<section><h2>Cross-validation</h2>
<p class="muted">The training rows in ${scores.length} folds. Each is predicted by a model that was fitted on the others.</p>
${scrolling(
  'Scores of the folds',
  html`<table><thead><tr><th scope="col" class="text">fold</th><th scope="col">${name}</th></tr></thead>
<tbody>${scores.map((score, k) => html`<tr><th scope="row">${k + 1}</th><td>${figure(score)}</td></tr>`)}
<tr><th scope="row">mean</th><td>${figure(mean_score)}</td></tr>
<tr><th scope="row">standard deviation</th><td>${figure(std_score)}</td></tr></tbody></table>`,
)}</section>`
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(4)
}
