/** Tables of other shapes than `madeUp`'s: with ties, one-hot columns, many columns or many classes. */
import type { TrainingData } from '../shared/algorithms/algorithm.ts'
import { zeros } from '../shared/data/matrix.ts'
import { randomState } from '../shared/data/random.ts'
import { madeUp } from './made-up.ts'

export const shapes = {
  bell: (rows: number) => madeUp(rows, 20),
  /** Whole numbers from -5 to 5. */
  ties(rows: number): TrainingData {
    const data = madeUp(rows, 20)
    const { values } = data.features
    for (let i = 0; i < values.length; i++) values[i] = Math.round(1.7 * values[i])
    return data
  },
  /** Ten texts of ten categories each, as a column of 0 and 1 per category; the first three decide. */
  'one-hot': (rows: number): TrainingData => {
    const random = randomState(9)
    const features = zeros(rows, 100)
    const target = Int32Array.from({ length: rows }, (_, i) => {
      let score = 3 * random.double()
      for (let text = 0; text < 10; text++) {
        const category = Math.floor(10 * random.double())
        features.values[(10 * text + category) * rows + i] = 1
        if (text < 3) score += category
      }
      return score < 12 ? 0 : score < 18 ? 1 : 2
    })
    return { ...madeUp(2, 100), features, target }
  },
  '8 x 8': (rows: number) => madeUp(rows, 64),
  '28 x 28': (rows: number) => madeUp(rows, 784),
  '784 columns, 10 classes': (rows: number) => manyClasses(rows, 784, 10),
  '100 classes': (rows: number) => manyClasses(rows, 20, 100),
}
export type Shape = keyof typeof shapes

/** Classes of equal frequency by the sum of the first three columns, with noise. */
function manyClasses(rows: number, columns: number, classCount: number): TrainingData {
  const data = madeUp(rows, columns)
  const random = randomState(10)
  const { values } = data.features
  const scores = Float64Array.from(
    { length: rows },
    (_, i) => values[i] + values[rows + i] + values[2 * rows + i] + 0.2 * random.double(),
  )
  const limits = scores.toSorted()
  const limitOf = (k: number) => limits[Math.floor((k * rows) / classCount)]
  const classLimits = Float64Array.from({ length: classCount - 1 }, (_, k) => limitOf(k + 1))
  const target = Int32Array.from(scores, (score) =>
    classLimits.reduce((k, limit) => k + (score >= limit ? 1 : 0), 0),
  )
  return { ...data, target, classCount }
}
