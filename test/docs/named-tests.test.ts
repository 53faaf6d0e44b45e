/** The documents name only tests that exist: `file`, "name", the name as it stands in the file or a part of it. */
import { existsSync, readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const documents = await Array.fromAsync(glob('docs/*.md', { cwd: root }))
const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '')

const namedTests = (document: string) =>
  Array.from(read(document).matchAll(/`((?:test|scripts\/test)\/[\w./-]+\.ts)`, "([^"]+)"/g)).flatMap(
    // A name that is too long for its table ends in an ellipsis.
    ([, file, name]) => (read(file).includes(name.replace(/ ?…$/, '')) ? [] : [`${file}: ${name}`]),
  )

test.each(documents)('%s names tests that exist', (document) => {
  expect(namedTests(document)).toEqual([])
})

test('each finding on AWS, and each limit, has its test', () => {
  const rows = Array.from(
    read('docs/aws-findings.md').matchAll(/^\| (?!---|\| finding|limit)(.*) \|$/gm),
    ([, row]) => row,
  )
  const findings = rows.filter((row) => /^A\d+ /.test(row)).map((row) => row.split(' ')[0])
  expect(findings).toEqual(Array.from({ length: 21 }, (_, i) => `A${i + 1}`))
  expect(rows.filter((row) => !/\| `[\w./-]+`, "[^"]+"/.test(row))).toEqual([])
})

test('each finding of the design review has its test, or the reason why there is none', () => {
  const rows = Array.from(read('docs/design-findings.md').matchAll(/^\| D(\d+) \|.* \| (.*) \|$/gm))
  expect([...new Set(rows.map(([, number]) => Number(number)))]).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20])
  expect(rows.filter(([, , last]) => !/^(`[\w./-]+`, "[^"]+"|none: .)/.test(last))).toEqual([])
})
