import type { Leaderboard } from '../jobs/result.ts'
import { figure } from './cross-validation-section.ts'
import { type Html, html, shown } from './html.ts'
import { spreadPlots } from './plots-search.ts'
import { figures, scrolling } from './results-section.ts'

/** What a job with the algorithm "auto" tried, the best first, and what it did not try. */
export async function leaderboardSection(leaderboard: Leaderboard | undefined): Promise<Html | undefined> {
  if (leaderboard === undefined) return undefined
  const { candidates, not_tried, chosen, baseline, metric, standard_error, best_score } = leaderboard
  const isChosen = (candidate: { algorithm: string; parameters: object }) =>
    candidate.algorithm === chosen.algorithm &&
    JSON.stringify(candidate.parameters) === JSON.stringify(chosen.parameters)
  const rows = candidates.map((candidate) => {
    const { seconds } = candidate
    const scores =
      'error' in candidate
        ? html`<td colspan="2" class="text">${shown(candidate.error, 200)}</td>`
        : html`<td>${figure(candidate.mean_score)}</td><td>${figure(candidate.std_score)}</td>`
    const mark = isChosen(candidate) ? html` <strong>chosen</strong>` : ''
    return html`<tr><th scope="row">${name(candidate.algorithm)}${mark}</th><td class="text">${settings(candidate.parameters)}</td>${scores}<td>${seconds.toFixed(1)}</td></tr>`
  })
  const spreads = candidates.flatMap((candidate) => {
    if ('error' in candidate) return []
    const { algorithm, parameters, mean_score, std_score } = candidate
    const own = Object.entries(parameters).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    return [{ name: [name(algorithm), ...own].join(', '), mean: mean_score, deviation: std_score }]
  })
  const plots = spreadPlots(spreads, metric)
  return html`<section><h2>Leaderboard</h2>
<p class="muted">Cross-validated on the training rows, within ${leaderboard.time_budget_seconds} s. Chosen is the best algorithm with its defaults, unless a candidate is better by more than one standard error of the best score (${figure(best_score)}, standard error ${figure(standard_error)}).</p>
${scrolling(
  'Leaderboard',
  html`<table><thead><tr><th scope="col" class="text">algorithm</th><th scope="col" class="text">other than the defaults</th><th scope="col">${metric}</th><th scope="col">standard deviation</th><th scope="col">seconds</th></tr></thead>
<tbody>${rows}
<tr><th scope="row">the same for every row</th><td></td><td>${figure(baseline.mean_score)}</td><td>${figure(baseline.std_score)}</td><td></td></tr></tbody></table>`,
)}${plots.length === 0 ? '' : await figures('leaderboard', plots)}${untried(not_tried)}</section>`
}

function untried(entries: Leaderboard['not_tried']): Html {
  if (entries.length === 0) return html``
  const sentences = entries.map(
    ({ algorithm, parameters, reason }) =>
      html`<li>${name(algorithm)}${parameters && Object.keys(parameters).length > 0 ? html` with ${settings(parameters)}` : ''}: ${shown(reason, 300)}</li>`,
  )
  return html`<h3>Not tried</h3><ul class="notes">${sentences}</ul>`
}

const name = (algorithm: string) => algorithm.replaceAll('_', ' ')

function settings(parameters: object): string {
  const all = Object.entries(parameters).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  return all.length === 0 ? '–' : shown(all.join(', '), 200)
}
