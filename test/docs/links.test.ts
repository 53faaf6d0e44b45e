/** The documents name only files, folders, npm scripts and headings that exist. */
import { existsSync, readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '..', '..')
const documents = await Array.fromAsync(glob(['*.md', 'docs/*.md', 'examples/*.md'], { cwd: root }))
const read = (document: string) => readFileSync(join(root, document), 'utf8')

test.each(documents)('%s links to files and headings that exist', (document) => {
  const links = Array.from(read(document).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link)
  const broken = links.filter((link) => !/^https?:/.test(link) && !linkExists(document, link))
  expect(broken).toEqual([])
})

function linkExists(document: string, link: string): boolean {
  const [path, heading] = link.split('#')
  const target = path === '' ? document : join(dirname(document), path)
  if (!existsSync(join(root, target))) return false
  return heading === undefined || headings(read(target)).includes(heading)
}

/** The headings of a document as GitHub names them in links. */
function headings(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

const folders = [
  'bench',
  'cli',
  'docs',
  'examples',
  'functions',
  'infra',
  'library',
  'local',
  'scripts',
  'shared',
  'test',
]

test.each(documents)('%s names paths of the project that exist', (document) => {
  const named = Array.from(read(document).matchAll(/`([\w.-]+\/[\w./-]*)`/g), ([, path]) => path)
  const paths = named.filter((path) => folders.includes(path.split('/')[0]) || path.startsWith('.github/'))
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test.each(documents)('%s names npm scripts that exist', (document) => {
  const named = Array.from(read(document).matchAll(/npm run ([\w:-]+)/g), ([, name]) => name)
  expect(named.filter((name) => !(name in packageJson.scripts))).toEqual([])
})
