/** CI runs every step that there is, on GitHub as by hand. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const script = readFileSync(join(root, '.ci', 'run'), 'utf8')
const workflow = readFileSync(join(root, '.github', 'workflows', 'ci.yml'), 'utf8')

const names = (text: string) => text.trim().split(/\s+/)
const found = (text: string, pattern: RegExp) =>
  Array.from(text.matchAll(pattern), ([, part]) => names(part))
    .flat()
    .toSorted()

const steps = found(script, /^ {4}([\w-]+)\)$/gm)

test('each step of .ci/run is in its list, once', () => {
  expect(steps.length).toBeGreaterThan(10)
  expect(found(script, /^(?:first|lane_\d)=\((.*)\)$/gm)).toEqual(steps)
})

test('the workflow runs each step', () => {
  expect(Array.from(new Set(found(workflow, /^ +steps: (.*)$/gm))).toSorted()).toEqual(steps)
})
