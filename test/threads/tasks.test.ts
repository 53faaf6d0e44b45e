import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tasks } from '../../shared/thread-entry/tasks.ts'

test('threads know every task that is defined', async () => {
  const shared = join(import.meta.dirname, '..', '..', 'shared')
  const defined: string[] = []
  for await (const file of glob(join(shared, '{algorithms,tabular}/**/*.ts'))) {
    const text = await readFile(file, 'utf8')
    for (const [, name] of text.matchAll(/\bdefineTask(?:<[^(]*>)?\(\s*'([^']+)'/g)) defined.push(name)
  }
  expect(defined.length).toBeGreaterThan(0)
  expect([...tasks.keys()].sort()).toEqual(defined.sort())
})

test.each([...tasks.values()])('the code of $name can be loaded', async (task) => {
  expect(await task.load()).toBeTypeOf('function')
})
