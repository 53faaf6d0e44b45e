import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documents } from '../../scripts/generate-docs.ts'

test.each(Object.entries(documents()))(
  'docs/%s is what the schemas say (else run: npm run documents)',
  (name, content) => {
    expect(readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')).toBe(content)
  },
)
