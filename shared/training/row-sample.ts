/** Trees learn from some of the rows where not all fit into memory: docs/large-data.md. */
import type { Fit, FitContext, TrainingData } from '../algorithms/algorithm.ts'
import type { AnyRestored } from '../algorithms/descriptor.ts'
import { likelyOfSample, type Shape } from '../algorithms/estimate.ts'
import { reservoir } from '../data/reservoir.ts'
import type { Task } from '../data/task.ts'
import { type DiskMatrix, takenRows } from '../disk/disk-matrix.ts'
import type { AnyTrainer } from './choose-trainer.ts'

/** What threads need is counted as if there were so many, because the rows must not depend on their number. */
const THREADS = 8

/** The estimate may be wrong by a quarter. */
const MARGIN = 1.25

/** The seed where the hyperparameters have none, as elsewhere. */
const SEED = 42

/** How many of the training rows likely fit into the memory beside what their fit takes: all, or fewer. */
export function rowsThatFit(trainer: AnyTrainer, shape: Shape, memoryBytes: number): number {
  const fits = (rows: number) => {
    const sample = { ...shape, rows }
    return MARGIN * likelyOfSample(sample, shape.rows, trainer.estimate(sample, THREADS)) <= memoryBytes
  }
  let [least, most] = [0, shape.rows]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (fits(middle)) least = middle
    else most = middle - 1
  }
  return least
}

/** Fits on so many of the rows, with a warning that says so where they are not all. */
export async function fitSample(
  trainer: AnyTrainer,
  data: TrainingData<Task, DiskMatrix>,
  count: number,
  run: FitContext,
): Promise<Fit<AnyRestored>> {
  const { rows } = data.features
  const { random_state } = trainer.hyperparameters
  const seed = typeof random_state === 'number' ? random_state : SEED
  const taken = withAllClasses(data, count, seed)
  const fit: Fit<AnyRestored> = await trainer.fit(sampleOf(data, taken), run)
  if (fit.status === 'paused' || count >= rows) return fit
  const warning = `The training rows did not fit into memory: ${trainer.algorithm} learned from ${taken.length} of the ${rows}, drawn with the seed ${seed}. To learn from all, use gradient_boosting, or have the function's memory raised.`
  return { ...fit, warnings: [warning, ...fit.warnings] }
}

/** The drawn rows, with the first one of each class that has none among them. */
function withAllClasses(data: TrainingData<Task, DiskMatrix>, count: number, seed: number): Int32Array {
  const taken = reservoir(data.features.rows, count, seed)
  if (data.task === 'regression' || count >= data.features.rows) return taken
  const { target, classCount } = data
  const present = new Set(taken.map((i) => target[i]))
  const missing = Array.from({ length: classCount }, (_, k) => k).filter((k) => !present.has(k))
  const firsts = missing.map((k) => target.indexOf(k)).filter((i) => i >= 0)
  return Int32Array.from([...taken, ...firsts]).sort()
}

function sampleOf(data: TrainingData<Task, DiskMatrix>, taken: Int32Array): TrainingData<Task> {
  const { sampleWeights, validation } = data
  const features = takenRows(data.features, taken)
  const weights = sampleWeights && { sampleWeights: Float64Array.from(taken, (i) => sampleWeights[i]) }
  // Trees are not validated as they grow.
  const held = takenRows(validation.features, new Int32Array(0))
  if (data.task === 'regression') {
    const target = Float64Array.from(taken, (i) => data.target[i])
    return {
      ...data,
      ...weights,
      features,
      target,
      validation: { features: held, target: new Float64Array(0) },
    }
  }
  const target = Int32Array.from(taken, (i) => data.target[i])
  return { ...data, ...weights, features, target, validation: { features: held, target: new Int32Array(0) } }
}
