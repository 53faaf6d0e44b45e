import { loadKernel } from '../../wasm/kernel-files.ts'

export const kernel = await loadKernel('logistic-regression')
