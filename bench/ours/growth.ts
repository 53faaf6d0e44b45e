/** Fits an algorithm on so many made-up rows with all processors, five times, and prints the seconds of the fastest fit. */
import { availableParallelism } from 'node:os'
import { estimatorFor } from '../../shared/algorithms/index.ts'
import { growthAlgorithm } from '../growth-cases.ts'
import { madeUp } from '../made-up.ts'

const data = madeUp(Number(process.argv[3]), 20)
const trainer = estimatorFor(growthAlgorithm(process.argv[2]), 'classification').trainer({})
const seconds: number[] = []
for (let run = 0; run < 5; run++) {
  const begun = performance.now()
  await trainer.fit(data, { threads: availableParallelism(), step: async () => 'continue' })
  seconds.push((performance.now() - begun) / 1000)
}
console.log(JSON.stringify({ fastest: Math.min(...seconds) }))
