import { LINEAR, POLY, RBF, SIGMOID } from '../../wasm/kernels/svm.ts'

/** The kernel functions by the numbers that the compiled code knows them by. */
export const kernelNumbers = { linear: LINEAR, poly: POLY, rbf: RBF, sigmoid: SIGMOID } as const
export type KernelName = keyof typeof kernelNumbers

/** Arrays over rows are padded to a multiple of 8. */
export const paddedRows = (rows: number) => Math.ceil(rows / 8) * 8
