import { isSearchedInKernel, type KernelRows, kernelRows } from './kernel-search.ts'
import type { NeighborsModel } from './model.ts'

/** A model whose rows other threads have in the kernel's memory. */
export type SharedModel<Model extends NeighborsModel = NeighborsModel> = Model & {
  readonly kernelRows?: KernelRows
}

/** The model as other threads get it: its rows once for all of them. */
export function shared<Model extends NeighborsModel>(model: Model): SharedModel<Model> {
  if (!isSearchedInKernel(model)) return model
  const found = rowsOf(model)
  const rows = new Float64Array(found.memory.buffer, found.values, model.rows.length)
  return { ...model, rows, kernelRows: found }
}

const made = new WeakMap<NeighborsModel, KernelRows>()

/** The rows for the kernel, which are made when they are first needed. */
export function rowsOf(model: SharedModel): KernelRows {
  const rows = model.kernelRows ?? made.get(model) ?? kernelRows(model)
  made.set(model, rows)
  return rows
}
