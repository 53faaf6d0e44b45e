import { z } from 'zod'
import {
  classWeight,
  flag,
  hyperparameters,
  integer,
  none,
  oneOf,
  or,
  randomSeed,
  real,
} from '../hyperparameters.ts'

/** Of both tasks. */
const supported = {
  C: real(0).default(1),
  kernel: oneOf('linear', 'poly', 'rbf', 'sigmoid').default('rbf'),
  degree: integer(0).default(3),
  gamma: or(oneOf('scale', 'auto'), real(0, Number.POSITIVE_INFINITY, true)).default('scale'),
  coef0: z.number().describe('a number').default(0),
  shrinking: flag().default(true),
  tol: real(0).default(1e-3),
  max_iter: integer(-1).default(-1),
}

/** scikit-learn 1.9's SVC, with the worker's own defaults for kernel and random_state. */
export const svmHyperparameters = hyperparameters({
  supported: {
    ...supported,
    probability: flag().default(false),
    calibration: or(oneOf('sigmoid', 'isotonic'), none()).default(null),
    class_weight: classWeight().default(null),
    decision_function_shape: oneOf('ovr', 'ovo').default('ovr'),
    break_ties: flag().default(false),
    random_state: or(randomSeed(), none()).default(42),
  },
  withoutEffect: ['cache_size', 'verbose'],
  refused: { epsilon: 'it belongs to a regression; leave it out, or send "task": "regression".' },
  rules: [
    {
      rule: '`break_ties` needs `decision_function_shape` "ovr".',
      problem: ({ break_ties, decision_function_shape }) =>
        break_ties && decision_function_shape === 'ovo'
          ? 'hyperparameters.break_ties needs decision_function_shape ovr: use ovr, or break_ties false.'
          : undefined,
    },
    {
      rule: '`calibration` does not go with `probability`.',
      problem: ({ calibration, probability }) =>
        calibration !== null && probability
          ? 'hyperparameters.calibration and probability both make probabilities: use one of them.'
          : undefined,
    },
    {
      rule: '`calibration` needs `decision_function_shape` "ovr".',
      problem: ({ calibration, decision_function_shape }) =>
        calibration !== null && decision_function_shape === 'ovo'
          ? 'hyperparameters.calibration needs decision_function_shape ovr: use ovr, or leave calibration out.'
          : undefined,
    },
  ],
})
export type SvmParams = z.output<typeof svmHyperparameters.schema>

const classesOnly = 'a regression has no classes; leave it out.'

/** scikit-learn 1.9's SVR. */
export const svmRegressorHyperparameters = hyperparameters({
  supported: { ...supported, epsilon: real(0, Number.POSITIVE_INFINITY, true).default(0.1) },
  withoutEffect: ['cache_size', 'verbose', 'random_state'],
  refused: {
    probability: classesOnly,
    calibration: classesOnly,
    class_weight: classesOnly,
    decision_function_shape: classesOnly,
    break_ties: classesOnly,
  },
})
export type SvmRegressorParams = z.output<typeof svmRegressorHyperparameters.schema>

/** What both tasks have. */
export type KernelParams = Omit<SvmRegressorParams, 'epsilon'>
