import { JobError } from '../errors/job-error.ts'
import { classLabel, type Target } from './preparation.ts'

/**
 * Hyperparameters whose `class_weight` object is keyed by the classes' indices, as the algorithms take it. Its sender keys
 * it by the target's own values, or, for a text target, by their codes too, as scikit-learn's user has to.
 *
 * @throws JobError for a key that is neither.
 */
export function withClassIndices(
  hyperparameters: Readonly<Record<string, unknown>>,
  target: Target,
): Record<string, unknown> {
  const { class_weight: weights } = hyperparameters
  if (typeof weights !== 'object' || weights === null) return { ...hyperparameters }
  const labels = target.classes.map((_, k) => classLabel(target, k))
  const values = target.classes.map(String)
  const byIndex = Object.entries(weights).map(([name, weight]) => {
    const found = [
      labels.indexOf(name),
      values.indexOf(name),
      target.dtype === 'text' ? values.map((_, k) => String(k)).indexOf(name) : -1,
    ]
    const index = found.find((k) => k >= 0)
    if (index === undefined) {
      throw new JobError(
        'bad_hyperparameter',
        `hyperparameters.class_weight names the class ${JSON.stringify(name)}, which the target column ${JSON.stringify(target.name)} does not have among the training rows: its classes are ${labels.slice(0, 20).join(', ')}.`,
      )
    }
    return [String(index), weight]
  })
  return { ...hyperparameters, class_weight: Object.fromEntries(byIndex) }
}
