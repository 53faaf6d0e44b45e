import type { Manifest } from '../artifact/manifest.ts'
import { percent } from '../errors/sentences.ts'
import { explanationSection } from './explanation-section.ts'
import { count, type Html, html, shown } from './html.ts'
import { dataSection, trainingSection } from './origin-sections.ts'
import type { EvaluationSummary, ReportData } from './report-data.ts'
import { resultsSection } from './results-section.ts'
import { style } from './style.ts'

/**
 * The report as one HTML file, which needs nothing else and runs no script. It follows from the model's stored files
 * alone: the same files give the same bytes. (Loads vega, which takes its time: import this module only to draw.)
 */
export async function reportPage(manifest: Manifest, data: ReportData): Promise<string> {
  const { evaluation } = data
  const title = `${shown(manifest.model_name, 80)} ${manifest.version}`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${title}: report</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
<h1><bdi>${shown(manifest.model_name, 80)}</bdi></h1>
<p class="muted">${manifest.algorithm.replaceAll('_', ' ')} for <bdi>${shown(manifest.signature.output.name)}</bdi>, trained on <bdi>${shown(manifest.dataset.name)}</bdi>, version ${manifest.version}</p>
${verdict(evaluation, manifest)}
${tiles(evaluation, manifest)}
${notes(data, manifest)}
${await resultsSection(evaluation, manifest)}
${await explanationSection(data)}
${dataSection(data.data)}
${trainingSection(manifest)}
</main>
</body>
</html>
`
  return page.markup
}

/** Whether the model is worth anything: beside always giving the same answer. */
function verdict(evaluation: EvaluationSummary, { metrics }: Manifest): Html {
  const { baseline, testRows } = evaluation
  const accuracy = metrics.test_accuracy ?? 0
  const [low, high] = accuracyInterval(accuracy, evaluation)
  const same = html`Always answering <bdi>${shown(baseline.label)}</bdi>, the most frequent class of the training rows, would be right in ${percent(baseline.accuracy)}.`
  if (accuracy <= baseline.accuracy) {
    return html`<div class="verdict failed"><strong>Failed quality: no better than always giving the same answer.</strong>
Right in ${percent(accuracy)} of ${count(testRows)} test rows. ${same} Do not use this model; the features may not tell the target, or the hyperparameters do not suit them.</div>`
  }
  return html`<div class="verdict"><strong>Right in ${percent(accuracy)} of ${count(testRows)} test rows.</strong>
${same} With so many test rows, the true share lies between ${percent(low)} and ${percent(high)} (95 % confidence).</div>`
}

/** Between what the true accuracy lies with 95 % confidence: Wilson's score interval (JASA 22, 1927). */
function accuracyInterval(share: number, { testRows: rows }: EvaluationSummary): [number, number] {
  const z = 1.959964
  const middle = share + (z * z) / (2 * rows)
  const half = z * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows))
  const whole = 1 + (z * z) / rows
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)]
}

function tiles({ testRows }: EvaluationSummary, { metrics }: Manifest): Html {
  const shares: [string, number | null][] = [
    [`accuracy on ${count(testRows)} test rows`, metrics.test_accuracy],
    ['accuracy on the training rows', metrics.train_accuracy],
    ['precision', metrics.precision],
    ['recall', metrics.recall],
    ['F1 score', metrics.f1_score],
  ]
  const loss =
    metrics.test_loss === undefined || metrics.test_loss === null ? [] : [metrics.test_loss.toFixed(4)]
  return html`<ul class="tiles">${shares.map(
    ([name, share]) => html`<li><b>${percent(share)}</b> <span>${name}</span></li>`,
  )}${loss.map((value) => html`<li><b>${value}</b> <span>loss on the test rows</span></li>`)}</ul>`
}

/** From this much more accuracy on the training rows, the model has learnt them by heart. */
const OVERFIT = 0.1
/** Fewer test rows than these say little. */
const FEW_TEST_ROWS = 30

function notes({ data, evaluation }: ReportData, { metrics, dataset, warnings }: Manifest): Html {
  const test = metrics.test_accuracy ?? 0
  const train = metrics.train_accuracy ?? 0
  const [, high] = accuracyInterval(test, evaluation)
  const sentences = [
    ...data.findings,
    ...(train - test > OVERFIT && train > high
      ? [
          `It knows the training rows much better (${percent(train)}) than the test rows (${percent(test)}): it learnt them by heart. More rows, or a simpler model, may help.`,
        ]
      : []),
    ...(dataset.test_rows < FEW_TEST_ROWS
      ? [`Only ${count(dataset.test_rows)} test rows: every figure here is rough.`]
      : []),
    // The findings are among them, but for models of an earlier version.
    ...warnings.filter((warning) => !data.findings.includes(warning)),
  ]
  if (sentences.length === 0) return html``
  return html`<h2>Warnings</h2><ul class="notes">${sentences.map((text) => html`<li>${shown(text, 600)}</li>`)}</ul>`
}
