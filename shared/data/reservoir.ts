import { randomState } from './random.ts'

/**
 * `count` of `rows` rows, each as likely as any other, in ascending order; all where there are no more.
 *
 * Algorithm R of Vitter, "Random sampling with a reservoir", ACM TOMS 11(1), 1985, which sees each row once.
 */
export function reservoir(rows: number, count: number, seed: number): Int32Array {
  const taken = Int32Array.from({ length: Math.min(count, rows) }, (_, i) => i)
  const random = randomState(seed)
  for (let i = taken.length; i < rows; i++) {
    const place = random.interval(i)
    if (place < taken.length) taken[place] = i
  }
  return taken.sort()
}
