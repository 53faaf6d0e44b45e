import { z } from 'zod'
import { float64, int32 } from '../arrays.ts'

/**
 * A one-vs-one support vector classifier with libsvm's layout: support vectors grouped by class; for the pair
 * (i, j), i < j, the coefficients of class i's vectors lie in row j-1 and those of class j's in row i. A regression has
 * no classes, and one row of coefficients.
 */
export const svmModel = z.object({
  /** 0: a regression. */
  classCount: z.int(),
  featureCount: z.int(),
  kernel: z.enum(['linear', 'poly', 'rbf', 'sigmoid']),
  gamma: z.number(),
  degree: z.number(),
  coef0: z.number(),
  /** Row-major: vector s, feature j at s * featureCount + j. */
  supportVectors: float64(),
  /** `n_support_`. */
  supportPerClass: int32(),
  /** `dual_coef_` with libsvm's signs: classCount-1 rows of one value per support vector, row-major. */
  dualCoefficients: float64(),
  /** One per pair of classes, in the order (0,1), (0,2) … (1,2) …; libsvm's -rho. */
  intercepts: float64(),
  /** Platt's A and B per pair, where `probability` asked for them. */
  platt: z.object({ a: float64(), b: float64() }).optional(),
  /** Equal votes are decided by the decision function (scikit-learn's break_ties), not by the order of the classes. */
  breakTies: z.boolean().optional(),
})
export type SvmModel = z.infer<typeof svmModel>

/** A machine, and per value of its decision function a curve to a probability: a sigmoid, or isotonic steps. */
export const calibratedMember = z.object({
  machine: svmModel,
  curves: z.array(
    z.union([z.object({ a: z.number(), b: z.number() }), z.object({ x: float64(), y: float64() })]),
  ),
})
export type CalibratedMember = z.infer<typeof calibratedMember>

/** Probabilities are the mean of the members' (hyperparameter `calibration`). */
const calibratedSvmModel = z.object({
  classCount: z.int(),
  featureCount: z.int(),
  members: z.array(calibratedMember),
})
export type CalibratedSvmModel = z.infer<typeof calibratedSvmModel>

export const svmClassifierModel = z.union([svmModel, calibratedSvmModel])
export type SvmClassifierModel = z.infer<typeof svmClassifierModel>
