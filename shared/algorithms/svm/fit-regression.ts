import type { Matrix } from '../../data/matrix.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import type { SvmRegressorParams } from './hyperparameters.ts'
import type { SvmModel } from './model.ts'
import { checkFinite, convergenceWarnings } from './outcome.ts'
import type { Machine, Problem, Settings } from './problem.ts'
import { settingsOf } from './settings.ts'
import { solveAll } from './solve.ts'

/** Fits libsvm's epsilon-SVR: one machine, whose decision value is the prediction. */
export async function fitRegression(
  data: TrainingData<'regression'>,
  params: SvmRegressorParams,
  context: FitContext,
): Promise<Fit<SvmModel>> {
  checkTraining(data, { acceptsMissing: false })
  const { features, target } = data
  const settings = settingsOf(features, params)
  const { sampleWeights: weights } = data
  const all = Int32Array.from(target, (_, i) => i)
  // libsvm leaves out rows that weigh 0.
  const rows = weights === undefined ? all : all.filter((row) => weights[row] > 0)
  const problem: Problem = {
    rows,
    positives: rows.length,
    bounds: [params.C, params.C],
    ...(weights && { weights: Float64Array.from(rows, (row) => weights[row]) }),
    regression: { target: Float64Array.from(rows, (row) => target[row]), epsilon: params.epsilon },
  }
  const solved = await solveAll(features, [problem], settings, context)
  if (solved.status === 'paused') return solved
  checkFinite(solved.machines)
  const model = modelOf(features, settings, rows, solved.machines[0])
  return { status: 'done', model, warnings: convergenceWarnings(solved.machines, params) }
}

/** Those of the rows whose coefficient is not 0, in their order. */
function modelOf(
  { rows, columns, values }: Matrix,
  { kernel, gamma, degree, coef0 }: Settings,
  all: Int32Array,
  { coefficients, rho }: Machine,
): SvmModel {
  const support: number[] = []
  coefficients.forEach((value, i) => {
    if (value !== 0) support.push(i)
  })
  const supportVectors = new Float64Array(support.length * columns)
  support.forEach((position, s) => {
    for (let f = 0; f < columns; f++) supportVectors[s * columns + f] = values[f * rows + all[position]]
  })
  return {
    classCount: 0,
    featureCount: columns,
    kernel,
    gamma,
    degree,
    coef0,
    supportVectors,
    dualCoefficients: Float64Array.from(support, (position) => coefficients[position]),
    supportPerClass: Int32Array.of(support.length),
    intercepts: Float64Array.of(-rho),
  }
}
