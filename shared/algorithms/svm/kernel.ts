/** The kernel functions by the numbers that the compiled code knows them by. */
export const kernelNumbers = { linear: 0, poly: 1, rbf: 2, sigmoid: 3 } as const
export type KernelName = keyof typeof kernelNumbers

/** Arrays over rows are padded to a multiple of 8. */
export const paddedRows = (rows: number) => Math.ceil(rows / 8) * 8
