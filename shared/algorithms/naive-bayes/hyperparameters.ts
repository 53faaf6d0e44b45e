import { z } from 'zod'
import { hyperparameters, none, or, real } from '../hyperparameters.ts'

/** How far the sum of the priors may be from 1, as in scikit-learn. */
const TOLERANCE = 1e-5

/** scikit-learn 1.9's GaussianNB. */
export const naiveBayesHyperparameters = hyperparameters({
  supported: {
    var_smoothing: real(0, Number.POSITIVE_INFINITY, true).default(1e-9),
    priors: or(
      z
        .array(z.number().min(0).max(1))
        .min(2)
        .describe('a list of the probability of each class, in the order of the classes'),
      none(),
    ).default(null),
  },
  withoutEffect: ['random_state', 'n_jobs'],
  refused: { class_weight: 'priors weigh the classes; give them instead.' },
  rules: [
    {
      rule: 'The sum of `priors` is 1.',
      problem: ({ priors }) => {
        const sum = priors?.reduce((whole, prior) => whole + prior, 0) ?? 1
        return Math.abs(sum - 1) > TOLERANCE
          ? `hyperparameters.priors have the sum ${Number(sum.toPrecision(6))}: use probabilities whose sum is 1.`
          : undefined
      },
    },
  ],
})
export type NaiveBayesParams = z.output<typeof naiveBayesHyperparameters.schema>
