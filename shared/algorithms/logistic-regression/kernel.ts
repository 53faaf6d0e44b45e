import { loadKernel } from '../kernels/kernel-files.ts'

export const kernel = await loadKernel('logistic-regression')

/** Rows in a block of the kernel. */
export const blockRows = 256

/** Features are padded by columns of zeros to a multiple of 4. */
export const padded = (features: number) => Math.ceil(features / 4) * 4
