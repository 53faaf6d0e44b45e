import type { Manifest } from '../artifact/manifest.ts'
import { percent } from '../errors/sentences.ts'
import { count, counted, type Html, html, shown } from './html.ts'
import { calibrationPlot, drawPlot, learningPlot, type Plot, precisionRecallPlot, rocPlot } from './plots.ts'
import type { EvaluationSummary } from './report-data.ts'

/** How the model did on the test rows: confusion matrix, mistakes, a table of the classes, curves. */
export async function resultsSection(evaluation: EvaluationSummary, manifest: Manifest): Promise<Html> {
  return html`<section><h2>On the test rows</h2>
${confusionTable(evaluation)}
${mistakesList(evaluation)}
${classTable(evaluation)}
${await curves(evaluation)}
${await learning(manifest)}
</section>`
}

/** A table wider than a phone scrolls in a box of its own, which the keyboard can reach. */
export function scrolling(label: string, table: Html): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>`
}

function confusionTable({ confusion, classCount }: EvaluationSummary): Html {
  const { labels, others, counts } = confusion
  const names = labels.map((label) => shown(label, labels.length > 8 ? 16 : 28))
  const cell = (i: number, j: number, total: number) => {
    const rows = counts[i][j]
    if (rows === 0) return html`<td>0</td>`
    // Among "all others" the diagonal holds mistakes too.
    const kind = i !== j ? 'wrong' : others && i === counts.length - 1 ? 'mixed' : 'right'
    return html`<td class="${kind}" style="--share:${(rows / total).toFixed(2)}">${count(rows)}</td>`
  }
  const note = others
    ? ` The ${labels.length - 1} largest of ${count(classCount)} classes; “all others” is the rest together.`
    : ''
  return html`<h3>Confusion matrix</h3>
<p class="muted">Rows: what it was. Columns: what the model said.${note}</p>
${scrolling(
  'Confusion matrix',
  html`<table class="confusion">
<thead><tr><td></td>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${counts.map((row, i) => {
    const total = row.reduce((sum, rows) => sum + rows, 0)
    return html`<tr><th scope="row">${names[i]}</th>${row.map((_, j) => cell(i, j, total))}</tr>`
  })}</tbody></table>`,
)}`
}

function mistakesList({ mistakes, mistakeCount }: EvaluationSummary): Html {
  if (mistakes.length === 0) return html`<p>Every test row was predicted right.</p>`
  const more = mistakeCount - mistakes.length
  return html`<h3>Most frequent mistakes</h3>
<ul>${mistakes.map(
    ({ actual, predicted, rows }) =>
      html`<li><bdi>${shown(actual)}</bdi> taken for <bdi>${shown(predicted)}</bdi>: ${counted(rows, 'row')}</li>`,
  )}${more > 0 ? html`<li>and ${count(more)} more kinds</li>` : undefined}</ul>`
}

function classTable({ classes, classCount }: EvaluationSummary): Html {
  const more = classCount - classes.length
  return html`<h3>Per class</h3>
<p class="muted">Shares of the test rows; F1 is the harmonic mean of precision and recall.</p>
${scrolling(
  'Figures per class',
  html`<table><thead><tr><th scope="col" class="text">class</th><th scope="col">precision</th><th scope="col">recall</th><th scope="col">F1</th><th scope="col">test rows</th><th scope="col">training rows</th></tr></thead>
<tbody>${classes.map(
    ({ label, precision, recall, f1, testRows, trainRows }) =>
      html`<tr><th scope="row">${shown(label)}</th><td>${percent(precision)}</td><td>${percent(recall)}</td><td>${percent(f1)}</td><td>${count(testRows)}</td><td>${count(trainRows)}</td></tr>`,
  )}</tbody></table>`,
)}
${more > 0 ? html`<p class="muted">The ${classes.length} classes with the most test rows, and ${count(more)} more.</p>` : undefined}`
}

async function curves({ curves, calibration, testRows, classCount }: EvaluationSummary): Promise<Html> {
  const sampled = curves.rows < testRows ? ` Drawn from ${count(curves.rows)} of the test rows.` : ''
  const largest =
    classCount > 2 && curves.of.length < classCount
      ? ` The ${curves.of.length} largest of ${count(classCount)} classes, each against the rest.`
      : ''
  const plots: Plot[] = [
    ...(curves.of.length > 0 ? [rocPlot(curves), precisionRecallPlot(curves)] : []),
    ...(calibration === undefined ? [] : [calibrationPlot(calibration)]),
  ]
  const without =
    calibration === undefined
      ? ' No calibration: this model has no probabilities (for svm, ask for them with calibration or probability).'
      : ''
  return html`<h3>Curves</h3>
${await figures('curve', plots)}
<p class="muted">${`${sampled}${largest}${without}`.trim()}</p>`
}

export async function learning({ metrics }: Manifest): Promise<Html | undefined> {
  const { history } = metrics
  if (history === undefined) return undefined
  const plots = (['loss', 'accuracy'] as const)
    .map((what) => learningPlot(what, history))
    .filter((plot) => plot !== undefined)
  return html`<h3>Learning curves</h3>${await figures('learning', plots)}`
}

export async function figures(id: string, plots: readonly Plot[]): Promise<Html> {
  const drawn: Html[] = []
  for (const [k, plot] of plots.entries()) {
    const svg = await drawPlot(`${id}-${k + 1}`, plot)
    drawn.push(html`<figure><figcaption>${plot.title}</figcaption>${svg}</figure>`)
  }
  return html`<div class="plots">${drawn}</div>`
}
