import type { Predictor } from '../../shared/artifact/model-file.ts'
import { hasClasses } from '../../shared/data/preparation.ts'
import type { Table } from '../../shared/data/table.ts'

/** What a classifier answers for the rows of a table, in the target's own values. */
export function predictedLabels({ preparation: { target }, predict }: Predictor, table: Table) {
  const prediction = predict(table)
  if (!hasClasses(target) || !('classes' in prediction)) throw new Error('The model is a regression.')
  return Array.from(prediction.classes, (k) => target.classes[k])
}
