import { loadKernel } from '../kernels/kernel-files.ts'

export const kernel = await loadKernel('logistic-regression')
