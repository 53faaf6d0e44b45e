import { expect, test } from 'vitest'
import { z } from 'zod'
import { allowedValues, explainSchemaError } from '../../shared/errors/explain-schema-error.ts'

const schema = z.object({
  size: z.number().describe('a number'),
  kind: z.enum(['gini', 'entropy']).default('gini').describe('gini or entropy'),
  inner: z
    .object({ depth: z.int(), width: z.int().describe('a whole number').default(1) })
    .describe('an object')
    .optional(),
  plain: z.string().optional(),
})

test.each<[string, object, string]>([
  ['a missing field', {}, 'p.size is missing: give a number.'],
  ['a value of another kind', { size: 'x' }, 'p.size is "x", which is not allowed: use a number.'],
  [
    'a misspelt word',
    { size: 1, kind: 'ginni' },
    'p.kind is "ginni", which is not allowed: use gini or entropy (did you mean "gini"?).',
  ],
  [
    'a field within a field',
    { size: 1, inner: { depth: 0.5 } },
    'p.inner.depth is {"depth":0.5}, which is not allowed: use an object.',
  ],
  [
    'a field within a field that says what it allows',
    { size: 1, inner: { depth: 1, width: 0.5 } },
    'p.inner.width is 0.5, which is not allowed: use a whole number.',
  ],
  [
    'a field without a description',
    { size: 1, plain: 2 },
    'p.plain is 2, which is not allowed: use a value of another kind.',
  ],
])('%s', (_, given, sentence) => {
  const parsed = schema.safeParse(given)
  expect(parsed.success ? '' : explainSchemaError(parsed.error, schema, given, 'p.')).toBe(sentence)
})

test('the description is found through what wraps a schema', () => {
  expect(allowedValues(z.int().describe('a whole number').nullable().default(null))).toBe('a whole number')
})
