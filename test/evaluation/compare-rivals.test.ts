import { expect, test } from 'vitest'
import { compareClasses, compareNumbers } from '../../shared/evaluation/compare-rivals.ts'

const classes = (...given: number[]) => Int32Array.from(given)
const numbers = (...given: number[]) => Float64Array.from(given)

test('the model alone is right, alone wrong, or in company, counted by class', () => {
  const actual = classes(0, 0, 1, 1, 1, -1)
  const predicted = classes(0, 1, 1, 0, 1, 1)
  const rivals = [classes(1, 0, 1, 1, 0, 1), classes(1, 0, 0, 0, 0, 0)]
  expect(compareClasses(actual, predicted, rivals)).toEqual({
    classes: [
      { class: -1, testRows: 1, right: 0, ahead: 0, behind: 0 },
      { class: 0, testRows: 2, right: 1, ahead: 1, behind: 1 },
      { class: 1, testRows: 3, right: 2, ahead: 1, behind: 0 },
    ],
    rows: [
      { at: 0, actual: 0, predicted: 0, rivals: [1, 1] },
      { at: 4, actual: 1, predicted: 1, rivals: [0, 0] },
    ],
  })
})

test('twenty rows are listed, and all are counted', () => {
  const all = (k: number) => new Int32Array(50).fill(k)
  const { classes: counted, rows } = compareClasses(all(1), all(1), [all(0)])
  expect(counted).toEqual([{ class: 1, testRows: 50, right: 50, ahead: 50, behind: 0 }])
  expect(rows.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, k) => k))
})

test('numbers: nearer than each rival, farther than each, or as near', () => {
  const found = compareNumbers(numbers(0, 0, 0, 0), numbers(1, 3, 1, 0.5), [
    numbers(2, 1, 1, -3),
    numbers(-4, 2, 5, 4),
  ])
  expect(found).toMatchObject({ ahead: 2, behind: 1 })
  expect(found.rows.map(({ at }) => at)).toEqual([3, 0])
})
