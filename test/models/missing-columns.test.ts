import { expect, test } from 'vitest'
import { missingColumns } from '../../shared/data/missing-columns.ts'

test.each([
  ['a byte-order mark', 'age', '\ufeffage', 'at character 1 the model has nothing, the data have U+FEFF'],
  ['a NUL', 'age', 'age\0', 'at character 4 the model has nothing, the data have U+0000'],
  [
    'an accent of its own',
    'größe',
    'gro\u0308ße',
    'at character 3 the model has U+00F6, the data have U+006F U+0308',
  ],
  ['a trailing blank', 'age', 'age ', 'at character 4 the model has nothing, the data have U+0020'],
  [
    'a no-break space',
    'the age',
    'the\u00a0age',
    'at character 4 the model has U+0020, the data have U+00A0',
  ],
])('%s is shown by its code point', (_, wanted, there, difference) => {
  const { message } = missingColumns([wanted, 'x'], [there, 'x'])
  expect(message).toContain(`differs invisibly: ${difference})`)
})

test('a column that the model needs is no guess for another', () => {
  const { message } = missingColumns(['x1', 'x2'], ['x1', 'y'])
  expect(message).toBe('The data lack a column that the model needs: "x2". They have x1, y.')
})

test.each([
  [['5.1', '3.5', '1.4', '5.1.1', 'setosa'], true],
  [['sepal', 'petal'], false],
  [['2019', 'region', 'name'], false],
])('names %j look like data: %s', (names, looksLikeData) => {
  const { message } = missingColumns(['sepal length'], names)
  expect(message.includes('The first line looks like data')).toBe(looksLikeData)
})
