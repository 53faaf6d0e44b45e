import type { Manifest } from '../artifact/manifest.ts'
import { percent } from '../errors/sentences.ts'
import type { JobMetrics } from '../jobs/result.ts'
import { accuracyInterval, classifierTiles, classifierVerdict } from './classifier-verdict.ts'
import { comparisonSection } from './comparison-section.ts'
import { crossValidationSection, searchSection } from './cross-validation-section.ts'
import { explanationSection } from './explanation-section.ts'
import { count, type Html, html, shown } from './html.ts'
import { leaderboardSection } from './leaderboard-section.ts'
import { dataSection, trainingSection } from './origin-sections.ts'
import { regressionSection, regressionTiles, regressionVerdict } from './regression-section.ts'
import type { ReportData } from './report-data.ts'
import { resultsSection } from './results-section.ts'
import { style } from './style.ts'

/**
 * The report as one HTML file, which needs nothing else and runs no script. It follows from the model's stored files
 * alone: the same files give the same bytes. (Loads vega, which takes its time: import this module only to draw.)
 */
export async function reportPage(manifest: Manifest, data: ReportData): Promise<string> {
  const { evaluation } = data
  const { metrics } = manifest
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
${verdict(evaluation, metrics)}
${tiles(evaluation, metrics)}
${notes(data, manifest)}
${await results(evaluation, manifest)}
${await leaderboardSection(manifest.leaderboard)}
${await searchSection(manifest.search)}
${comparisonSection(manifest.comparison)}
${crossValidationSection(manifest.cross_validation)}
${await explanationSection(data)}
${dataSection(data.data)}
${trainingSection(manifest)}
</main>
</body>
</html>
`
  return page.markup
}

function verdict(evaluation: ReportData['evaluation'], metrics: JobMetrics): Html | undefined {
  if ('classes' in evaluation) {
    return 'accuracy' in metrics ? classifierVerdict(evaluation, metrics) : undefined
  }
  return 'r2' in metrics ? regressionVerdict(evaluation, metrics) : undefined
}

function tiles(evaluation: ReportData['evaluation'], metrics: JobMetrics): Html | undefined {
  if ('classes' in evaluation) return 'accuracy' in metrics ? classifierTiles(evaluation, metrics) : undefined
  return 'r2' in metrics ? regressionTiles(evaluation, metrics) : undefined
}

function results(evaluation: ReportData['evaluation'], manifest: Manifest): Promise<Html> {
  return 'classes' in evaluation
    ? resultsSection(evaluation, manifest)
    : regressionSection(evaluation, manifest)
}

/** How much higher accuracy or r² on the training rows may be before the report speaks of overfitting. */
const OVERFIT = 0.1
/** With fewer test rows the report warns that its figures are rough. */
const FEW_TEST_ROWS = 30

function notes(report: ReportData, manifest: Manifest): Html {
  const { data } = report
  const { dataset, warnings } = manifest
  const sentences = [
    ...data.findings,
    ...overfit(report.evaluation, manifest.metrics),
    ...(dataset.test_rows < FEW_TEST_ROWS
      ? [`Only ${count(dataset.test_rows)} test rows: every figure here is rough.`]
      : []),
    // The findings are among them, but for models of an earlier version.
    ...warnings.filter((warning) => !data.findings.includes(warning)),
  ]
  if (sentences.length === 0) return html``
  return html`<h2>Warnings</h2><ul class="notes">${sentences.map((text) => html`<li>${shown(text, 600)}</li>`)}</ul>`
}

function overfit(evaluation: ReportData['evaluation'], metrics: JobMetrics): string[] {
  const [train, test] =
    'r2' in metrics
      ? [metrics.train_r2 ?? 0, metrics.test_r2 ?? 0]
      : [metrics.train_accuracy ?? 0, metrics.test_accuracy ?? 0]
  const high = 'classes' in evaluation ? accuracyInterval(test, evaluation)[1] : test
  if (train - test <= OVERFIT || train <= high) return []
  const shown = (share: number) => ('r2' in metrics ? `r² ${share.toFixed(2)}` : percent(share))
  return [
    `It knows the training rows much better (${shown(train)}) than the test rows (${shown(test)}): it learnt them by heart. More rows, or a simpler model, may help.`,
  ]
}
