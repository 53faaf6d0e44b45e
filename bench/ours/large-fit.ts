/**
 * Fits so many made-up rows of 20 columns with all processors, twice, and prints what it took: the memory of the first
 * fit, the time of the second.
 */
import { availableParallelism } from 'node:os'
import { estimatorFor } from '../../shared/algorithms/index.ts'
import { type LargeFit, largeFit } from '../large-fits.ts'
import { madeUp } from '../made-up.ts'

const { algorithm, hyperparameters } = largeFit(process.argv[2])
const data = madeUp(Number(process.argv[3]), 20)
const trainer = estimatorFor(algorithm, 'classification').trainer(hyperparameters)
const fit = () => trainer.fit(data, { threads: availableParallelism(), step: async () => 'continue' })
await fit()
const peak = process.resourceUsage().maxRSS / 1024
const begin = performance.now()
await fit()
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, peak } satisfies LargeFit))
