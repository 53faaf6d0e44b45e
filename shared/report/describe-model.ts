import type { Preparation } from '../data/preparation.ts'
import type { Task } from '../data/task.ts'
import { type Evaluated, summarizeEvaluation } from './evaluation-summary.ts'
import { type AnyExplained, type Explained, importancesOf } from './importances.ts'
import { type EvaluatedNumbers, summarizeRegression } from './regression-summary.ts'
import type { DataSummary, EvaluationSummary, ReportData } from './report-data.ts'
import { smallTree } from './small-tree.ts'

/** What the report shows of a classifier that was trained and evaluated. */
export function describeModel(about: {
  readonly data: DataSummary
  readonly evaluated: Evaluated
  readonly explained: Explained
  readonly preparation: Preparation
}): ReportData & { evaluation: EvaluationSummary } {
  const evaluation = summarizeEvaluation(about.evaluated)
  return { ...reportOf(about), evaluation }
}

/** What the report shows of a regressor. */
export function describeRegression(about: {
  readonly data: DataSummary
  readonly evaluated: EvaluatedNumbers
  readonly explained: Explained<'regression'>
  readonly preparation: Preparation<'regression'>
}): ReportData {
  return { ...reportOf(about), evaluation: summarizeRegression(about.evaluated) }
}

function reportOf({
  data,
  explained,
  preparation,
}: {
  readonly data: DataSummary
  readonly explained: AnyExplained
  readonly preparation: Preparation<Task>
}) {
  const tree = explained.algorithm === 'decision_tree' ? smallTree(explained.model, preparation) : undefined
  return {
    format: 'tensorfleet-report/1' as const,
    data,
    importances: importancesOf(explained),
    ...(tree === undefined ? {} : { tree }),
  }
}
