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

/** scikit-learn 1.9's SVC, with the worker's own defaults for kernel and random_state. */
export const svmHyperparameters = hyperparameters({
  supported: {
    C: real(0).default(1),
    kernel: oneOf('linear', 'poly', 'rbf', 'sigmoid').default('rbf'),
    degree: integer(0).default(3),
    gamma: or(oneOf('scale', 'auto'), real(0, Number.POSITIVE_INFINITY, true)).default('scale'),
    coef0: z.number().describe('a number').default(0),
    shrinking: flag().default(true),
    probability: flag().default(false),
    tol: real(0).default(1e-3),
    class_weight: classWeight().default(null),
    max_iter: integer(-1).default(-1),
    decision_function_shape: oneOf('ovr', 'ovo').default('ovr'),
    break_ties: flag().default(false),
    random_state: or(randomSeed(), none()).default(42),
  },
  withoutEffect: ['cache_size', 'verbose'],
  rules: [
    {
      rule: '`break_ties` needs `decision_function_shape` "ovr".',
      problem: ({ break_ties, decision_function_shape }) =>
        break_ties && decision_function_shape === 'ovo'
          ? 'break_ties needs decision_function_shape ovr: use ovr, or break_ties false.'
          : undefined,
    },
  ],
})
export type SvmParams = z.infer<typeof svmHyperparameters.schema>
