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
import { penaltyInForce } from './penalty.ts'

/**
 * scikit-learn 1.9's LogisticRegression, with the worker's own defaults for max_iter and random_state. `penalty` left
 * out follows from l1_ratio; C = infinity is `penalty: null`. numSteps and learningRate belong to the engine
 * ml-logistic-regression, and the others of scikit-learn to the engine builtin.
 */
const supported = {
  engine: oneOf('builtin', 'ml-logistic-regression').default('builtin'),
  penalty: or(oneOf('l1', 'l2', 'elasticnet'), none()).optional(),
  C: real(0).default(1),
  l1_ratio: or(real(0, 1, true), none()).default(0),
  dual: flag().default(false),
  tol: real(0, Number.POSITIVE_INFINITY, true).default(1e-4),
  fit_intercept: flag().default(true),
  intercept_scaling: real(0).default(1),
  class_weight: classWeight().default(null),
  random_state: or(randomSeed(), none()).default(42),
  solver: oneOf('lbfgs', 'liblinear', 'newton-cg', 'newton-cholesky', 'sag', 'saga').default('lbfgs'),
  max_iter: integer(0).default(1000),
  numSteps: integer(1).optional(),
  learningRate: real(0).optional(),
}

export type LogisticRegressionParams = z.output<z.ZodObject<typeof supported, z.core.$strict>>

/** The options of the npm package. */
const packageOptions = ['numSteps', 'learningRate'] as const

export const logisticRegressionHyperparameters = hyperparameters({
  supported,
  withoutEffect: ['n_jobs', 'verbose', 'warm_start'],
  refused: {
    multi_class: 'scikit-learn 1.8 took it away; every solver but liblinear is multinomial',
  },
  rules: [
    {
      rule: '`numSteps` and `learningRate` belong to the engine ml-logistic-regression.',
      problem: optionOfPackage,
    },
    {
      rule: 'The engine ml-logistic-regression has no others but `random_state`.',
      problem: optionOfBuiltin,
    },
    {
      rule: 'The solvers lbfgs, newton-cg, newton-cholesky and sag support only the penalty l2 or none.',
      problem: penaltyOfSolver,
    },
    { rule: '`dual` needs the solver liblinear.', problem: dualWithoutLiblinear },
    {
      rule: 'The solver liblinear supports the penalties l1 and l2, and `dual` only with l2. It takes two classes.',
      problem: penaltyOfLiblinear,
    },
    { rule: 'The penalty elasticnet needs `l1_ratio`.', problem: elasticnetWithoutRatio },
  ],
})

function optionOfPackage(params: LogisticRegressionParams): string | undefined {
  if (params.engine !== 'builtin') return undefined
  const name = packageOptions.find((option) => params[option] !== undefined)
  return (
    name &&
    `hyperparameters.${name} belongs to the engine ml-logistic-regression: leave it out, or ask for that engine.`
  )
}

function optionOfBuiltin(params: LogisticRegressionParams): string | undefined {
  if (params.engine === 'builtin') return undefined
  const known: readonly string[] = ['engine', 'random_state', ...packageOptions]
  const defaults: Readonly<Record<string, unknown>> = z.object(supported).parse({})
  for (const [name, value] of Object.entries(params)) {
    if (!known.includes(name) && value !== defaults[name]) {
      return `hyperparameters.${name} is not known to the engine ml-logistic-regression: leave it out, or use the engine builtin.`
    }
  }
  return undefined
}

function penaltyOfSolver(params: LogisticRegressionParams): string | undefined {
  const { solver, l1_ratio } = params
  const penalty = penaltyInForce(params)
  const hasL1 = penalty === 'l1' || penalty === 'elasticnet'
  if (!hasL1 || solver === 'liblinear' || solver === 'saga') return undefined
  const asked =
    params.penalty === undefined ? `l1_ratio ${l1_ratio}, which is penalty ${penalty},` : `penalty ${penalty}`
  return `hyperparameters.${asked} is not for the solver ${solver}, which has the penalty l2 (l1_ratio 0) or none: use solver saga.`
}

function dualWithoutLiblinear({ solver, dual }: LogisticRegressionParams): string | undefined {
  if (!dual || solver === 'liblinear') return undefined
  return `hyperparameters.dual is not for the solver ${solver}: use false.`
}

function penaltyOfLiblinear(params: LogisticRegressionParams): string | undefined {
  if (params.solver !== 'liblinear') return undefined
  switch (penaltyInForce(params)) {
    case 'elasticnet':
      return 'hyperparameters.penalty elasticnet is not for the solver liblinear: use solver saga.'
    case null:
      return 'hyperparameters.solver liblinear needs a penalty: use solver lbfgs for none.'
    case 'l1':
      return params.dual
        ? 'hyperparameters.dual is not for the solver liblinear with the penalty l1: use dual false.'
        : undefined
    default:
      return undefined
  }
}

function elasticnetWithoutRatio({ penalty, l1_ratio }: LogisticRegressionParams): string | undefined {
  if (penalty !== 'elasticnet' || l1_ratio !== null) return undefined
  return 'hyperparameters.penalty elasticnet needs l1_ratio: give a number from 0 to 1.'
}
