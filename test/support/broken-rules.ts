/** Hyperparameters that break a rule of their algorithm, and the sentence that says so. */
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import type { Task } from '../../shared/data/task.ts'

type BrokenRule = readonly [AlgorithmName, Record<string, unknown>, string]

/** Of networks, whatever they learn. */
const ofNetworks = (['dnn', 'cnn'] as const).flatMap((name): BrokenRule[] => [
  [
    name,
    { optimizer: 'adam', momentum: 0.9 },
    'hyperparameters.momentum does not belong to the optimizer adam: use sgd or rmsprop, or leave it out.',
  ],
  [
    name,
    { optimizer: 'rmsprop', nesterov: true },
    'hyperparameters.nesterov does not belong to the optimizer rmsprop: use sgd, or leave it out.',
  ],
  [
    name,
    { optimizer: 'sgd', weight_decay: 0.1 },
    'hyperparameters.weight_decay does not belong to the optimizer sgd: use adamw, or leave it out.',
  ],
  [
    name,
    { early_stopping: { patience: 2 } },
    'hyperparameters.early_stopping watches val_loss, which needs rows that are held back from training: give validation_split, such as 0.1, or use the monitor loss.',
  ],
])

/** Of forests, whatever they learn. */
const ofForests = (['random_forest', 'extra_trees'] as const).flatMap((name): BrokenRule[] => [
  [
    name,
    { bootstrap: false, oob_score: true },
    'hyperparameters.oob_score needs bootstrap: without it no row is out of bag; set bootstrap to true or leave oob_score out.',
  ],
  [
    name,
    { bootstrap: false, max_samples: 1 },
    'hyperparameters.max_samples needs bootstrap: without it every tree gets all rows; set bootstrap to true or leave max_samples out.',
  ],
])

const ofNeighbors: BrokenRule = [
  'k_neighbors',
  { algorithm: 'kd_tree', p: 0.5 },
  'hyperparameters.algorithm kd_tree needs p of at least 1, and p is 0.5: use brute, or a larger p.',
]

const ofCalibration: readonly BrokenRule[] = [
  [
    'svm',
    { calibration: 'sigmoid', probability: true },
    'hyperparameters.calibration and probability both make probabilities: use one of them.',
  ],
  [
    'svm',
    { calibration: 'isotonic', decision_function_shape: 'ovo' },
    'hyperparameters.calibration needs decision_function_shape ovr: use ovr, or leave calibration out.',
  ],
]

const ofClassifiers: readonly BrokenRule[] = [
  ...ofCalibration,
  ...ofForests,
  ofNeighbors,
  [
    'naive_bayes',
    { priors: [0.5, 0.4] },
    'hyperparameters.priors have the sum 0.9: use probabilities whose sum is 1.',
  ],
  [
    'logistic_regression',
    { numSteps: 5 },
    'hyperparameters.numSteps belongs to the engine ml-logistic-regression: leave it out, or ask for that engine.',
  ],
  [
    'logistic_regression',
    { engine: 'ml-logistic-regression', C: 2 },
    'hyperparameters.C is not known to the engine ml-logistic-regression: leave it out, or use the engine builtin.',
  ],
  [
    'logistic_regression',
    { l1_ratio: 1 },
    'hyperparameters.l1_ratio 1, which is penalty l1, is not for the solver lbfgs, which has the penalty l2 (l1_ratio 0) or none: use solver saga.',
  ],
  [
    'logistic_regression',
    { penalty: 'l1', solver: 'sag' },
    'hyperparameters.penalty l1 is not for the solver sag, which has the penalty l2 (l1_ratio 0) or none: use solver saga.',
  ],
  ['logistic_regression', { dual: true }, 'hyperparameters.dual is not for the solver lbfgs: use false.'],
  [
    'logistic_regression',
    { penalty: 'elasticnet', solver: 'liblinear' },
    'hyperparameters.penalty elasticnet is not for the solver liblinear: use solver saga.',
  ],
  [
    'logistic_regression',
    { penalty: null, solver: 'liblinear' },
    'hyperparameters.solver liblinear needs a penalty: use solver lbfgs for none.',
  ],
  [
    'logistic_regression',
    { penalty: 'l1', solver: 'liblinear', dual: true },
    'hyperparameters.dual is not for the solver liblinear with the penalty l1: use dual false.',
  ],
  [
    'logistic_regression',
    { penalty: 'elasticnet', l1_ratio: null, solver: 'saga' },
    'hyperparameters.penalty elasticnet needs l1_ratio: give a number from 0 to 1.',
  ],
  [
    'svm',
    { break_ties: true, decision_function_shape: 'ovo' },
    'hyperparameters.break_ties needs decision_function_shape ovr: use ovr, or break_ties false.',
  ],
  ...ofNetworks,
  ...(['dnn', 'cnn'] as const).flatMap((name): BrokenRule[] => [
    [
      name,
      { engine: 'tfjs', optimizer: 'adamw' },
      'hyperparameters.optimizer "adamw" is not available with engine "tfjs": use adam, sgd, rmsprop or adagrad.',
    ],
    [
      name,
      { engine: 'tfjs', dropout: 0.2 },
      'hyperparameters.dropout is not available with engine "tfjs": leave it out, or use the engine builtin.',
    ],
    [
      name,
      { learning_rate: { schedule: 'reduce_on_plateau', monitor: 'val_accuracy' } },
      'hyperparameters.learning_rate watches val_accuracy, which needs rows that are held back from training: give validation_split, such as 0.1, or use the monitor accuracy.',
    ],
  ]),
]

const ofRegressors: readonly BrokenRule[] = [
  ...ofForests,
  ofNeighbors,
  ...ofNetworks,
  [
    'gradient_boosting',
    { loss: 'quantile' },
    'hyperparameters.loss quantile needs quantile: give the quantile to predict, for example 0.9.',
  ],
  [
    'linear_regression',
    { alpha: 0.5 },
    'hyperparameters.alpha belongs to a penalty: give penalty l2, l1 or elasticnet, or leave alpha out.',
  ],
  [
    'linear_regression',
    { penalty: 'l1', l1_ratio: 0.2 },
    'hyperparameters.l1_ratio belongs to the penalty elasticnet, not l1: use elasticnet, or leave l1_ratio out.',
  ],
]

export const brokenRules: Readonly<Record<Task, readonly BrokenRule[]>> = {
  classification: ofClassifiers,
  regression: ofRegressors,
}
