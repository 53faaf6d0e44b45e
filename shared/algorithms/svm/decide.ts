import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { kernel, Machines } from '../../wasm/kernels/svm.ts'
import { memoryLayout, recordAt, sharedMemory } from '../../wasm/memory.ts'
import { kernelNumbers, paddedRows } from './kernel.ts'
import type { SvmModel } from './model.ts'

/** Rows that are decided in one call of the kernel, at most. */
const MAX_BATCH = 256
/** Decision values of one call, at most, where there are rows to share them: 16 MB. */
const MAX_BATCH_VALUES = 2 ** 21

/**
 * libsvm's one-vs-one decision values of the rows of `features` (or of those that `chosen` names): row-major, a value
 * per pair of classes; above 0 speaks for the pair's first class. Of a regression, the predictions.
 */
export function pairwiseDecisions(model: SvmModel, features: Matrix, chosen?: Int32Array): Float64Array {
  const pairs = pairCount(model)
  const result = new Float64Array((chosen?.length ?? features.rows) * pairs)
  decideInBatches(model, features, (decisions, first) => result.set(decisions, first * pairs), chosen)
  return result
}

/** The machine of a regression is one of two classes, all of whose vectors are of the first. */
const machineClasses = (model: SvmModel) => Math.max(2, model.classCount)

function pairCount(model: SvmModel): number {
  const classCount = machineClasses(model)
  return (classCount * (classCount - 1)) / 2
}

/**
 * The same, some rows at a time: of a thousand classes, the decision values of one row are half a million.
 *
 * @param take gets the values from row `first` on; the array is used again for the next rows
 */
export function decideInBatches(
  model: SvmModel,
  features: Matrix,
  take: (decisions: Float64Array, first: number) => void,
  chosen?: Int32Array,
): void {
  const { featureCount, supportPerClass } = model
  const classCount = machineClasses(model)
  const vectors = model.supportVectors.length / featureCount
  const stride = paddedRows(vectors)
  const pairs = pairCount(model)
  const batch = Math.max(1, Math.min(MAX_BATCH, Math.floor(MAX_BATCH_VALUES / pairs)))
  const layout = memoryLayout()
  const x = layout.float64(stride * featureCount)
  const squares = layout.float64(stride)
  const starts = layout.int32(classCount + 1)
  const coefficients = layout.float64((classCount - 1) * stride)
  const intercepts = layout.float64(pairs)
  const points = layout.float64(batch * featureCount)
  const values = layout.float64(stride)
  const out = layout.float64(batch * pairs)
  const machines = layout.record(Machines)
  const memory = sharedMemory(layout.end())
  const { buffer } = memory
  const { squaresOf, decide } = openKernel(kernel, loadKernelSync(kernel), memory)

  const transposed = new Float64Array(buffer, x, stride * featureCount)
  for (let s = 0; s < vectors; s++) {
    for (let f = 0; f < featureCount; f++) {
      transposed[f * stride + s] = model.supportVectors[s * featureCount + f]
    }
  }
  squaresOf(x, stride, featureCount, squares)
  const startOf = new Int32Array(buffer, starts, classCount + 1)
  for (let k = 0; k < classCount; k++) startOf[k + 1] = startOf[k] + (supportPerClass[k] ?? 0)
  for (let k = 0; k < classCount - 1; k++) {
    const row = model.dualCoefficients.subarray(k * vectors, (k + 1) * vectors)
    new Float64Array(buffer, coefficients + k * stride * 8, vectors).set(row)
  }
  new Float64Array(buffer, intercepts, pairs).set(model.intercepts)

  recordAt(Machines, memory, machines).fill({
    x,
    squares,
    stride,
    features: featureCount,
    kernel: kernelNumbers[model.kernel],
    degree: model.degree,
    gamma: model.gamma,
    coef0: model.coef0,
    starts,
    classes: classCount,
    coefficients,
    intercepts,
    points,
    values,
    out,
  })

  const count = chosen?.length ?? features.rows
  const point = new Float64Array(buffer, points, batch * featureCount)
  const decided = new Float64Array(buffer, out, batch * pairs)
  for (let first = 0; first < count; first += batch) {
    const rows = Math.min(batch, count - first)
    for (let f = 0; f < featureCount; f++) {
      for (let r = 0; r < rows; r++) {
        const row = chosen ? chosen[first + r] : first + r
        point[r * featureCount + f] = features.values[f * features.rows + row]
      }
    }
    decide(machines, rows)
    take(decided.subarray(0, rows * pairs), first)
  }
}
