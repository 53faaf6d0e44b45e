/** How often class i (row) was predicted as class j (column): row-major, `classCount` x `classCount`. */
export function confusionMatrix(actual: Int32Array, predicted: Int32Array, classCount: number): Float64Array {
  const counts = new Float64Array(classCount * classCount)
  for (let i = 0; i < actual.length; i++) counts[actual[i] * classCount + predicted[i]]++
  return counts
}
