import type { Matrix } from '../../data/matrix.ts'
import { pairwiseSum } from '../../data/pairwise-sum.ts'
import type { Prediction } from '../algorithm.ts'
import { interpolate } from './isotonic.ts'
import type { CalibratedMember, CalibratedSvmModel } from './model.ts'
import { sigmoid } from './platt.ts'
import { argmax, predictMachine } from './predict-machine.ts'

/** The mean of the members' probabilities, and the class for which it is highest. */
export function predictCalibrated(model: CalibratedSvmModel, features: Matrix): Prediction {
  const { classCount, members } = model
  const sums = new Float64Array(features.rows * classCount)
  for (const member of members) addProbabilities(member, features, classCount, sums)
  const probabilities = sums.map((sum) => sum / members.length)
  const classes = Int32Array.from({ length: features.rows }, (_, i) =>
    argmax(probabilities.subarray(i * classCount, (i + 1) * classCount)),
  )
  return { classes, probabilities }
}

/** Each class against the others, then scaled to the sum 1; where all are 0, every class is as likely. */
function addProbabilities(
  { machine, curves }: CalibratedMember,
  features: Matrix,
  classCount: number,
  sums: Float64Array,
): void {
  const { decision } = predictMachine(machine, features)
  const row = new Float64Array(classCount)
  for (let i = 0; i < features.rows; i++) {
    if (classCount === 2) {
      row[1] = probability(curves[0], decision[i])
      row[0] = 1 - row[1]
    } else {
      for (let k = 0; k < classCount; k++) row[k] = probability(curves[k], decision[i * classCount + k])
      const sum = pairwiseSum(row)
      for (let k = 0; k < classCount; k++) row[k] = sum === 0 ? 1 / classCount : row[k] / sum
    }
    for (let k = 0; k < classCount; k++) sums[i * classCount + k] += row[k]
  }
}

function probability(curve: CalibratedMember['curves'][number], decision: number): number {
  return 'x' in curve ? interpolate(curve, decision) : sigmoid(decision, curve.a, curve.b)
}
