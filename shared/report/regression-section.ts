import type { Manifest } from '../artifact/manifest.ts'
import { percent } from '../errors/sentences.ts'
import type { RegressionMetrics } from '../jobs/result.ts'
import { count, figure, type Html, html } from './html.ts'
import { residualsPlot, scatterPlot } from './plots-regression.ts'
import type { RegressionSummary } from './report-data.ts'
import { figures, learning, scrolling } from './results-section.ts'

/** Whether the model is better than always answering the mean. */
export function regressionVerdict(summary: RegressionSummary, metrics: RegressionMetrics): Html {
  const { baseline, testRows } = summary
  const error = metrics.root_mean_squared_error ?? Number.POSITIVE_INFINITY
  const same = html`Always answering ${figure(baseline.value)}, the mean of the training rows, would be off by ${figure(baseline.rootMeanSquaredError)}.`
  const off = `Off by ${figure(metrics.root_mean_squared_error)} on ${count(testRows)} test rows (root mean squared error)`
  if (!(error < (baseline.rootMeanSquaredError ?? Number.POSITIVE_INFINITY))) {
    return html`<div class="verdict failed"><strong>Failed quality: no better than always giving the same answer.</strong>
${off}. ${same} Do not use this model; the features may not tell the target, or the hyperparameters do not suit them.</div>`
  }
  const explained = metrics.r2 === null ? '' : `, which explains ${percent(metrics.r2)} of the variance`
  return html`<div class="verdict"><strong>${off}${explained}.</strong>
${same}</div>`
}

export function regressionTiles({ testRows }: RegressionSummary, metrics: RegressionMetrics): Html {
  const shown: [string, number | null][] = [
    [`r² on ${count(testRows)} test rows`, metrics.test_r2],
    ['r² on the training rows', metrics.train_r2],
    ['root mean squared error', metrics.root_mean_squared_error],
    ['mean absolute error', metrics.mean_absolute_error],
    ['median absolute error', metrics.median_absolute_error],
    ['largest error', metrics.max_error],
  ]
  return html`<ul class="tiles">${shown.map(
    ([name, value]) => html`<li><b>${figure(value)}</b> <span>${name}</span></li>`,
  )}</ul>`
}

/**
 * How a regression did on the test rows: predicted against actual, residuals, and the error by size of the target.
 */
export async function regressionSection(summary: RegressionSummary, manifest: Manifest): Promise<Html> {
  return html`<section><h2>On the test rows</h2>
${await pointPlots(summary)}
${sizeTable(summary)}
${await learning(manifest)}
</section>`
}

async function pointPlots({ points, testRows }: RegressionSummary): Promise<Html> {
  const drawn = points.actual.length
  if (drawn === 0) return html`<p class="muted">The numbers are too large to be drawn.</p>`
  const sampled = drawn < testRows ? ` Drawn from ${count(drawn)} of the test rows.` : ''
  return html`${await figures('regression', [scatterPlot(points), residualsPlot(points)])}
<p class="muted">Each point is a test row; on the line the prediction is right.${sampled}</p>`
}

function sizeTable({ bySize }: RegressionSummary): Html {
  return html`<h3>Error by size of the target</h3>
<p class="muted">The test rows from the smallest actual number to the largest. A mean error above zero says that predictions are too high.</p>
${scrolling(
  'Error by size of the target',
  html`<table><thead><tr><th scope="col" class="text">actual</th><th scope="col">mean error</th><th scope="col">mean absolute error</th><th scope="col">median absolute error</th><th scope="col">test rows</th></tr></thead>
<tbody>${bySize.map(
    ({ from, to, meanError, meanAbsoluteError, medianAbsoluteError, rows }) =>
      html`<tr><th scope="row">${figure(from)} to ${figure(to)}</th><td>${figure(meanError)}</td><td>${figure(meanAbsoluteError)}</td><td>${figure(medianAbsoluteError)}</td><td>${count(rows)}</td></tr>`,
  )}</tbody></table>`,
)}`
}
