import type { Preparation } from '../data/preparation.ts'
import { type Evaluated, summarizeEvaluation } from './evaluation-summary.ts'
import { type Explained, importancesOf } from './importances.ts'
import type { DataSummary, ReportData } from './report-data.ts'
import { smallTree } from './small-tree.ts'

/** What the report needs to know of a model that was just trained and evaluated. */
export function describeModel(about: {
  readonly data: DataSummary
  readonly evaluated: Evaluated
  readonly explained: Explained
  readonly preparation: Preparation
}): ReportData {
  const { explained, preparation } = about
  const tree = explained.algorithm === 'decision_tree' ? smallTree(explained.model, preparation) : undefined
  return {
    format: 'tensorfleet-report/1',
    data: about.data,
    evaluation: summarizeEvaluation(about.evaluated),
    importances: importancesOf(explained),
    ...(tree === undefined ? {} : { tree }),
  }
}
