import { expect, test } from 'vitest'
import { searchSection } from '../../shared/report/cross-validation-section.ts'

test('scores are drawn over each hyperparameter that has several numbers', async () => {
  const trial = (max_depth: number, criterion: string, mean_score: number) => ({
    parameters: { max_depth, criterion },
    scores: [mean_score],
    mean_score,
    std_score: 0,
  })
  const section = await searchSection({
    method: 'grid',
    metric: 'accuracy',
    best_parameters: { max_depth: 4, criterion: 'gini' },
    best_score: 0.9,
    trial_count: 3,
    failed_count: 0,
    trials: [trial(2, 'gini', 0.5), trial(4, 'gini', 0.9), trial(4, 'entropy', 0.8)],
  })
  expect(section?.markup).toContain('Score against max_depth')
  expect(section?.markup).toContain('from 2 to 4; the best, 0.9000, at 4.')
  expect(section?.markup).not.toContain('Score against criterion')
  expect(section?.markup).toContain('Scores and their spread')
  expect(section?.markup).toContain('of 3 that were tried')
})
