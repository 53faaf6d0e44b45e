/** Fits so many made-up rows of 20 columns with all processors and prints what it took: the memory of the first, the median of three more. */
import { availableParallelism } from 'node:os'
import { algorithms } from '../../shared/algorithms/index.ts'
import { type LargeFit, largeFit } from '../large-fits.ts'
import { madeUp } from '../made-up.ts'
import { median } from '../median.ts'

const { algorithm, hyperparameters } = largeFit(process.argv[2])
const data = madeUp(Number(process.argv[3]), 20)
const trainer = algorithms[algorithm].trainer(hyperparameters)
const times: number[] = []
let peak = 0
for (let k = 0; k < 4; k++) {
  const begin = performance.now()
  await trainer.fit(data, { threads: availableParallelism(), step: async () => 'continue' })
  if (k === 0) peak = process.resourceUsage().maxRSS / 1024
  else times.push((performance.now() - begin) / 1000)
}
console.log(JSON.stringify({ seconds: median(times), peak } satisfies LargeFit))
