/**
 * npm run parity:search: grid, random and halving searches beside scikit-learn's, as a table. The fixture is what scikit-learn
 * 1.9.1 found: `best_params_`, `cv_results_['mean_test_score']`, and the ranking.
 */
import { compareSearch, searchCases, toleranceOf } from '../../test/support/search-parity.ts'
import { testStack } from '../../test/support/stack.ts'

const worker = await testStack()
try {
  let differing = 0
  print('search', 'trials', 'candidates', 'mean scores to', 'ranking', 'best')
  for (const asked of searchCases) {
    const compared = await compareSearch(worker, asked)
    if (!compared.isEqual) differing++
    const isWithin = compared.distance <= toleranceOf(asked)
    print(
      asked.title,
      String(compared.trials),
      verdict(compared.arePlansEqual),
      `${compared.distance.toExponential(1)}${isWithin ? '' : ' DIFFERS'}`,
      verdict(compared.isRankingEqual),
      verdict(compared.isChoiceEqual),
    )
  }
  console.log(`${searchCases.length} searches, ${differing} of which differ from scikit-learn's`)
  if (differing > 0) process.exitCode = 1
} finally {
  await worker.close()
}

function verdict(isEqual: boolean): string {
  return isEqual ? 'equal' : 'DIFFERS'
}

function print(title: string, ...cells: readonly string[]): void {
  console.log([title.padEnd(62), ...cells.map((cell) => cell.padEnd(14))].join(''))
}
