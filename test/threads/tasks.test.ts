import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { tasks } from '../../shared/thread-entry/tasks.ts'

const task = z.object({ name: z.string(), load: z.function() })

test('threads know every task that is defined', async () => {
  const shared = join(import.meta.dirname, '..', '..', 'shared')
  const defined: string[] = []
  for await (const file of glob(join(shared, '{algorithms,tabular}/**/*{-task,-tasks}.ts'))) {
    for (const exported of Object.values(await import(file))) {
      const found = z.union([task, z.object({ task }).transform(({ task }) => task)]).safeParse(exported)
      if (found.success) defined.push(found.data.name)
    }
  }
  expect(defined.length).toBeGreaterThan(0)
  expect([...tasks.keys()].sort()).toEqual(defined.sort())
})

test.each([...tasks.values()])('the code of $name can be loaded', async (task) => {
  expect(await task.load()).toBeTypeOf('function')
})
