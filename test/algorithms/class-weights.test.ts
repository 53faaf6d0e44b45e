import { describe, expect, test } from 'vitest'
import { balancedWeights, classWeights } from '../../shared/algorithms/class-weights.ts'
import { estimatorFor } from '../../shared/algorithms/index.ts'
import type { ClassTarget } from '../../shared/data/preparation.ts'

const target = Int32Array.from([0, 0, 0, 1, 1, 2])
const text: ClassTarget = { name: 'flower', dtype: 'text', classes: ['1', 'setosa', '__proto__'] }
const float: ClassTarget = { name: 'y', dtype: 'float', classes: [0, 1, 2.5] }
const weights = (given: Parameters<typeof classWeights>[0], targetColumn?: ClassTarget) => {
  const found = classWeights(given, { target, classCount: 3, targetColumn })
  return found && Array.from(found)
}

test('null weighs nothing; balanced is rows / (classes * rows of the class)', () => {
  expect(weights(null)).toBeUndefined()
  expect(weights('balanced')).toEqual([6 / 9, 1, 2])
})

test('a balanced class without rows weighs 0, and does not count as one', () => {
  expect(Array.from(balancedWeights(Int32Array.from([4, 0, 1])))).toEqual([5 / 8, 0, 2.5])
})

describe('an object names classes', () => {
  test.each<[string, Record<string, number>, ClassTarget | undefined, number[]]>([
    ['by the index where the data have no labels', { 2: 5 }, undefined, [1, 1, 5]],
    ['by the text', { setosa: 5 }, text, [1, 5, 1]],
    ['by the text before the code', { 1: 5 }, text, [5, 1, 1]],
    ['by the code of a text', { 0: 5, 2: 7 }, text, [5, 1, 7]],
    ['by the number as Python prints it', { '1.0': 5 }, float, [1, 5, 1]],
    ['by the number as JSON has it', { 1: 5, '2.5': 7 }, float, [1, 5, 7]],
    ['by True', { True: 5 }, { name: 'y', dtype: 'bool', classes: [0, 1] }, [1, 5, 1]],
  ])('%s', (_, given, targetColumn, expected) => {
    expect(weights(given, targetColumn)?.slice(0, targetColumn?.classes.length ?? 3)).toEqual(
      expected.slice(0, targetColumn?.classes.length ?? 3),
    )
  })

  test('__proto__ is a class as any other, from the message on', () => {
    const given = JSON.parse('{"class_weight": {"__proto__": 5}}')
    const { class_weight } = estimatorFor('svm', 'classification').hyperparameters.schema.parse(given)
    expect(class_weight).toEqual(JSON.parse('{"__proto__": 5}'))
    expect(JSON.stringify(estimatorFor('svm', 'classification').trainer(given).hyperparameters)).toContain(
      '"class_weight":{"__proto__":5}',
    )
    expect(weights(JSON.parse('{"__proto__": 5}'), text)).toEqual([1, 1, 5])
  })
})

test.each<[string, Record<string, number>, ClassTarget | undefined, string]>([
  [
    'two names of one class',
    { 1: 5, '1.0': 6 },
    float,
    'hyperparameters.class_weight names one class twice, by "1" and by "1.0": give it one weight.',
  ],
  [
    'a text and its code',
    { setosa: 5, 0: 1, 1: 2 },
    { ...text, classes: ['rose', 'setosa', 'tulip'] },
    'hyperparameters.class_weight names one class twice, by "1" and by "setosa": give it one weight.',
  ],
  [
    'a class that is not there',
    { rose: 1 },
    text,
    'hyperparameters.class_weight names the class "rose", which the target column "flower" does not have among the training rows: its classes are 1, setosa, __proto__.',
  ],
  [
    'no weight at all',
    { 0: 0, 1: 0, 2: 0 },
    undefined,
    'hyperparameters.class_weight gives every class the weight 0: give one of them more.',
  ],
])('%s: one sentence', (_, given, targetColumn, sentence) => {
  expect(() => weights(given, targetColumn)).toThrow(
    expect.objectContaining({ code: 'bad_hyperparameter', message: sentence }),
  )
})

test.each([{ a: -1 }, { a: '2' }, { a: Number.POSITIVE_INFINITY }, [1, 2], 'even', 3])(
  '%j is not a class_weight',
  (given) => {
    expect(() => estimatorFor('svm', 'classification').trainer({ class_weight: given })).toThrow(
      /^hyperparameters\.class_weight is /,
    )
  },
)
