/** Fits an algorithm on so many made-up rows with all processors, five times, and prints the seconds of the fastest fit. */
import { availableParallelism } from 'node:os'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import { EPOCHS, growthAlgorithm } from '../growth-cases.ts'
import { madeUp } from '../made-up.ts'

const algorithm = growthAlgorithm(process.argv[2])
const rows = madeUp(Number(process.argv[3]), Number(process.argv[4]))
const isNetwork = algorithm === 'dnn' || algorithm === 'cnn'
const data =
  algorithm === 'linear_regression'
    ? ({
        ...rows,
        task: 'regression',
        target: Float64Array.from(rows.target),
        validation: { ...rows.validation, target: new Float64Array(0) },
      } as const)
    : rows
const trainer = anyEstimatorFor(algorithm, data.task ?? 'classification').trainer(
  isNetwork ? { epochs: EPOCHS } : {},
)
const seconds: number[] = []
for (let run = 0; run < 5; run++) {
  const begun = performance.now()
  await trainer.fit(data, { threads: availableParallelism(), step: async () => 'continue' })
  seconds.push((performance.now() - begun) / 1000)
}
console.log(JSON.stringify({ fastest: Math.min(...seconds) }))
