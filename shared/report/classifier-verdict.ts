import { percent } from '../errors/sentences.ts'
import type { ClassificationMetrics } from '../jobs/result.ts'
import { count, type Html, html, shown } from './html.ts'
import type { EvaluationSummary } from './report-data.ts'

/** Whether the model is better than always answering the most frequent class. */
export function classifierVerdict(evaluation: EvaluationSummary, metrics: ClassificationMetrics): Html {
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

/** The 95 % confidence interval of the accuracy: Wilson's score interval (JASA 22, 1927). */
export function accuracyInterval(share: number, { testRows: rows }: EvaluationSummary): [number, number] {
  const z = 1.959964
  const middle = share + (z * z) / (2 * rows)
  const half = z * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows))
  const whole = 1 + (z * z) / rows
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)]
}

export function classifierTiles({ testRows }: EvaluationSummary, metrics: ClassificationMetrics): Html {
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
