import { z } from 'zod'
import type { Matrix } from '../../data/matrix.ts'
import { zeros } from '../../data/matrix.ts'
import { rowsOfFold, stratifiedFolds } from '../../data/split/folds.ts'
import { JobError } from '../../errors/job-error.ts'
import type { Checkpoint, Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classCounts } from '../class-weights.ts'
import { resumedFrom } from '../resume.ts'
import { fit } from './fit.ts'
import type { SvmParams } from './hyperparameters.ts'
import { fitIsotonic } from './isotonic.ts'
import { type CalibratedMember, type CalibratedSvmModel, calibratedMember } from './model.ts'
import { fitSigmoid } from './platt.ts'
import { predictMachine } from './predict-machine.ts'

/** scikit-learn's cv. */
const FOLDS = 5

const checkpointSchema = z.object({
  members: z.array(calibratedMember),
  warnings: z.array(z.string()),
  /** The checkpoint of the machine that is being fitted. */
  fold: z.custom<Checkpoint>((value) => typeof value === 'object' && value !== null),
})

/**
 * Fits scikit-learn's CalibratedClassifierCV of an SVC: five machines, each on four fifths of the rows (StratifiedKFold), with
 * a curve per class from the decision function of the rows left out to the probability of the class. The five probabilities
 * are averaged.
 */
export async function fitCalibrated(
  data: TrainingData,
  params: SvmParams,
  context: FitContext,
): Promise<Fit<CalibratedSvmModel>> {
  checkTraining(data, { acceptsMissing: false })
  checkFolds(data)
  const resumed = resumedFrom(
    context,
    checkpointSchema,
    ({ members: fitted }) =>
      fitted.length < FOLDS &&
      fitted.every(({ machine: { classCount, featureCount } }) => {
        return classCount === data.classCount && featureCount === data.features.columns
      }),
  )
  const members = [...(resumed?.members ?? [])]
  const warnings = new Set(resumed?.warnings)
  const foldOf = stratifiedFolds(data.target, { folds: FOLDS })
  let inFold: Checkpoint | undefined = resumed?.fold
  while (members.length < FOLDS) {
    const { train, test } = rowsOfFold(foldOf, members.length)
    const fitted = await fit(rowsOf(data, train), params, {
      threads: context.threads,
      step: ({ fraction, detail }) =>
        context.step({ fraction: (members.length + fraction) / FOLDS, ...(detail && { detail }) }),
      ...(inFold && { resumeFrom: inFold }),
    })
    if (fitted.status === 'paused') {
      return {
        status: 'paused',
        checkpoint: { members, warnings: [...warnings], fold: fitted.checkpoint },
      }
    }
    inFold = undefined
    for (const warning of fitted.warnings) warnings.add(warning)
    const leftOut = rowsOf(data, test)
    const { decision } = predictMachine(fitted.model, leftOut.features)
    members.push({ machine: fitted.model, curves: curvesOf(leftOut, decision, params.calibration) })
  }
  const { classCount, features } = data
  return {
    status: 'done',
    model: { classCount, featureCount: features.columns, members },
    warnings: [...warnings],
  }
}

function checkFolds({ target, classCount }: TrainingData): void {
  const fewest = Math.min(...classCounts(target, classCount))
  if (fewest >= FOLDS) return
  throw new JobError(
    'bad_hyperparameter',
    `hyperparameters.calibration cross-validates in ${FOLDS} folds, and a class has only ${fewest} training rows: send at least ${FOLDS} rows of each class, or leave calibration out.`,
  )
}

/** Some rows of the training data, in the given order. */
function rowsOf(data: TrainingData, rows: Int32Array): TrainingData {
  const { target, sampleWeights } = data
  return {
    ...data,
    features: matrixOf(data.features, rows),
    target: rows.map((row) => target[row]),
    ...(sampleWeights && { sampleWeights: Float64Array.from(rows, (row) => sampleWeights[row]) }),
  }
}

function matrixOf(from: Matrix, rows: Int32Array): Matrix {
  const to = zeros(rows.length, from.columns)
  for (let j = 0; j < from.columns; j++)
    rows.forEach((row, i) => {
      to.values[j * to.rows + i] = from.values[j * from.rows + row]
    })
  return to
}

/** A curve per value of the decision function: of two classes one, for the second class. */
function curvesOf(
  { target, classCount, sampleWeights }: TrainingData,
  decision: Float64Array,
  method: SvmParams['calibration'],
): CalibratedMember['curves'] {
  const rows = target.length
  const count = classCount === 2 ? 1 : classCount
  const weights = sampleWeights ?? new Float64Array(rows).fill(1)
  return Array.from({ length: count }, (_, c) => {
    const values = Float64Array.from(target, (_, i) => decision[i * count + c])
    const positive = Uint8Array.from(target, (k) => Number(k === (classCount === 2 ? 1 : c)))
    return method === 'isotonic'
      ? fitIsotonic(values, positive, weights)
      : fitSigmoid(values, positive, { weights, gradientTolerance: 1e-12 })
  })
}
