import { expect, test } from 'vitest'
import { type ColumnChoice, chooseColumns } from '../../shared/data/choose-columns.ts'
import type { Column } from '../../shared/data/table.ts'

const table = (): Column[] =>
  ['id', 'age', 'city', 'churned', 'note'].map((name) => ({
    name,
    kind: 'number',
    dtype: 'int',
    values: Float64Array.of(1, 2),
  }))

const chosen = (choice: ColumnChoice, splitting?: string[]) => {
  const columns = table()
  chooseColumns(columns, choice, splitting)
  return columns.map(({ name }) => name)
}

test.each<[string, ColumnChoice, string[], string[]]>([
  ['nothing said', {}, [], ['id', 'age', 'city', 'churned', 'note']],
  ['drop_columns', { drop_columns: ['id'] }, [], ['age', 'city', 'churned', 'note']],
  [
    'the last one dropped: the one before it is the target',
    { drop_columns: ['id', 'note'] },
    [],
    ['age', 'city', 'churned'],
  ],
  [
    'feature_columns with a target',
    { feature_columns: ['city', 'age'], target_column: 'churned' },
    [],
    ['age', 'city', 'churned'],
  ],
  [
    'feature_columns alone: the last other column is the target',
    { feature_columns: ['age', 'note'] },
    [],
    ['age', 'note', 'churned'],
  ],
  [
    'a column that splits is kept, and is no target by default',
    {},
    ['note'],
    ['id', 'age', 'city', 'note', 'churned'],
  ],
  [
    'feature_columns beside a column that splits',
    { feature_columns: ['age'] },
    ['note'],
    ['age', 'note', 'churned'],
  ],
])('%s', (_, choice, splitting, names) => {
  expect(chosen(choice, splitting)).toEqual(names)
})

test.each<[ColumnChoice, string[], string]>([
  [
    { drop_columns: ['citty'] },
    [],
    'drop_columns names "citty", but the dataset has no such column (did you mean "city"?)',
  ],
  [
    { feature_columns: ['x', 'y'] },
    [],
    'feature_columns names "x", and neither "y", but the dataset has no such column',
  ],
  [
    { drop_columns: ['note'], target_column: 'note' },
    [],
    'drop_columns names "note", which is the target_column',
  ],
  [{ drop_columns: ['id'] }, ['id'], 'drop_columns names "id", which is the column that splits the rows'],
  [{ feature_columns: ['id', 'age', 'city', 'churned', 'note'] }, [], 'name it in target_column'],
])('%j is refused', (choice, splitting, sentence) => {
  expect(() => chosen(choice, splitting)).toThrow(sentence)
})
