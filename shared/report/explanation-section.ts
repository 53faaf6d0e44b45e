import { percent } from '../errors/sentences.ts'
import { count, counted, type Html, html, shown } from './html.ts'
import { importancesPlot } from './plots.ts'
import type { Importances, ReportData, SmallTree } from './report-data.ts'
import { figures } from './results-section.ts'

/** What the model looks at: the importances of the features, and a small tree whole. */
export async function explanationSection({ importances, tree, evaluation }: ReportData): Promise<Html> {
  const { features, featureCount } = importances
  const more = featureCount - features.length
  const told = features.some(({ value }) => value !== 0)
  return html`<section><h2>Feature importance</h2>
${
  features.length === 0
    ? html`<p>With ${count(featureCount)} features and a model of this size, shuffling one feature after the other would take too long.</p>`
    : !told
      ? html`<p>No feature: the model’s answers depend on none of them.</p>`
      : html`<p class="muted">${explanation(importances, evaluation)}</p>
${await figures('importances', [importancesPlot(importances)])}
${more > 0 ? html`<p class="muted">The ${features.length} most important features, and ${count(more)} more.</p>` : undefined}`
}
${tree === undefined ? undefined : treeList(tree)}
</section>`
}

const lostScore = {
  probability: 'the right class’ mean probability',
  accuracy: 'the accuracy',
  r2: 'the r²',
} as const

function explanation({ method, rows, score }: Importances, evaluation: ReportData['evaluation']): string {
  switch (method) {
    case 'gain':
      return 'The share of the impurity that splits on a feature remove, weighted by the rows that they split (mean decrease in impurity).'
    case 'coefficients':
      if (!('classes' in evaluation)) {
        return 'A feature’s coefficient: by how much the prediction grows per standard deviation of the feature.'
      }
      return evaluation.classCount === 2
        ? `A feature’s coefficient, per standard deviation: above zero it speaks for ${shown(evaluation.classes.at(-1)?.label ?? '', 30)}, below against it.`
        : 'A feature’s coefficients, per standard deviation: their mean size over the classes.'
    case 'permutation':
      return `What ${lostScore[score ?? 'accuracy']} loses on ${counted(rows ?? 0, 'test row')} when a feature’s values are shuffled among them.`
  }
}

function treeList(tree: SmallTree): Html {
  return html`<h3>The tree</h3>
<p class="muted">Training rows that reach a node, and the class that most of their weight has there, or their number.</p>
<ul class="tree">${treeNode(tree, 0, '')}</ul>`
}

function treeNode(tree: SmallTree, at: number, answer: string): Html {
  const { rows, label, share, split } = tree[at]
  const how = html`<span class="muted">${counted(rows, 'row')}, ${share === undefined ? undefined : html`${percent(share)} `}<bdi>${shown(label)}</bdi></span>`
  const lead = answer === '' ? undefined : html`<em>${answer}:</em> `
  if (split === undefined) return html`<li>${lead}<strong><bdi>${shown(label)}</bdi></strong> ${how}</li>`
  return html`<li>${lead}<bdi>${shown(split.question, 120)}</bdi>? ${how}
<ul>${treeNode(tree, split.yes, 'yes')}${treeNode(tree, split.no, 'no')}</ul></li>`
}
