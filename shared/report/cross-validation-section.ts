import type { CrossValidation, SearchResult } from '../jobs/result.ts'
import { type Html, html, shown } from './html.ts'
import { parameterPlots, spreadPlots } from './plots-search.ts'
import { figures, scrolling } from './results-section.ts'

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

/** Trials on the page: the best ones. */
const MAX_TRIALS = 20

/** What a search tried, the best first, of successive halving those of the last round first; and scores over hyperparameters. */
export async function searchSection(search: SearchResult | undefined): Promise<Html | undefined> {
  if (search === undefined) return undefined
  const { trials, metric, trial_count, failed_count } = search
  const scored = trials.flatMap((trial) => ('error' in trial ? [] : [trial]))
  const best = scored
    .toSorted((a, b) => (b.iteration ?? 0) - (a.iteration ?? 0) || order(b.mean_score) - order(a.mean_score))
    .slice(0, MAX_TRIALS)
  const names = Object.keys(search.best_parameters)
  const spreads = best.map(({ parameters, mean_score, std_score }) => ({
    name: names.map((name) => `${name} ${JSON.stringify(parameters[name])}`).join(', '),
    mean: mean_score,
    deviation: std_score,
  }))
  const plots = [...spreadPlots(spreads, metric), ...parameterPlots(search)]
  const failed = failed_count === 0 ? '' : ` ${failed_count} could not be fitted.`
  const shownOnly = scored.length > best.length ? ` The best ${best.length} are shown.` : ''
  return html`<section><h2>Search</h2>
<p class="muted">${trial_count} combinations of hyperparameters were cross-validated.${failed}${shownOnly}</p>
${scrolling(
  'Combinations of hyperparameters',
  html`<table><thead><tr>${names.map((name) => html`<th scope="col" class="text">${shown(name)}</th>`)}<th scope="col">${metric}</th><th scope="col">standard deviation</th></tr></thead>
<tbody>${best.map(
    ({ parameters, mean_score, std_score }) =>
      html`<tr>${names.map((name) => html`<td class="text">${shown(JSON.stringify(parameters[name]) ?? '')}</td>`)}<td>${figure(mean_score)}</td><td>${figure(std_score)}</td></tr>`,
  )}</tbody></table>`,
)}${plots.length === 0 ? '' : await figures('search', plots)}</section>`
}

const order = (score: number | null) => score ?? Number.NEGATIVE_INFINITY

export function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(4)
}
