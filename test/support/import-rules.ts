/** Checks the imports of a project against a table of rooms. test/structure.test.ts has the table. */
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/**
 * The rooms, from the lowest to the highest, each with the rooms that it imports. A room is a folder or a file, by its path
 * without `shared/`. A room within another, as `high/attic` in `high`, is apart from it.
 */
export type Rooms = Readonly<Record<string, readonly string[]>>

/** Per file, what it imports: files of the project by their path, packages by their name. */
export type Imports = ReadonlyMap<string, readonly string[]>

/** The imports of every file that matches `patterns`: types and imports on demand included. */
export async function readImports(root: string, patterns: readonly string[]): Promise<Imports> {
  const imports = new Map<string, readonly string[]>()
  for await (const file of glob([...patterns], { cwd: root })) {
    const found = readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
    const names = Array.from(found, ([, name]) =>
      name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name,
    )
    imports.set(file, names)
  }
  return imports
}

/** What breaks the table, one sentence each. */
export function violations(imports: Imports, rooms: Rooms, loose: readonly string[] = []): string[] {
  return [...upwardArrows(rooms), ...forbiddenImports(imports, rooms, loose), ...circles(imports)]
}

/** A row may name only rooms above it in the table, so that rooms cannot make a circle. */
function upwardArrows(rooms: Rooms): string[] {
  const names = Object.keys(rooms)
  return names.flatMap((room, i) =>
    rooms[room]
      .filter((other) => !names.slice(0, i).includes(other))
      .map((other) => `table: ${room} names ${other}, which does not come before it`),
  )
}

function forbiddenImports(imports: Imports, rooms: Rooms, loose: readonly string[]): string[] {
  const found: string[] = []
  const used = new Set<string>()
  for (const [file, names] of imports) {
    const room = roomOf(file, rooms)
    if (room === undefined) {
      if (!loose.includes(file)) found.push(`${file} lies in no room`)
      continue
    }
    for (const name of names.filter((name) => imports.has(name))) {
      const other = roomOf(name, rooms)
      if (other === room || loose.includes(name)) continue
      if (other !== undefined && rooms[room].includes(other)) used.add(`${room} → ${other}`)
      else found.push(`${file} → ${name}`)
    }
  }
  const arrows = Object.entries(rooms).flatMap(([room, others]) =>
    others.map((other) => `${room} → ${other}`),
  )
  const unused = arrows.filter((arrow) => !used.has(arrow)).map((arrow) => `table: no file needs ${arrow}`)
  return [...found, ...unused]
}

/** The room of a file: the longest of those that match, so that a folder or a file within a room can be one of its own. */
function roomOf(file: string, rooms: Rooms): string | undefined {
  const path = file.startsWith('shared/') ? file.slice('shared/'.length) : file
  return Object.keys(rooms)
    .toSorted((a, b) => b.length - a.length)
    .find((room) => path === room || path.startsWith(`${room}/`))
}

/** Files that import each other, directly or by others. */
function circles(imports: Imports): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  function visit(file: string): void {
    if (path.includes(file)) {
      found.push(`circle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`)
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const name of imports.get(file) ?? []) if (imports.has(name)) visit(name)
    path.pop()
    done.add(file)
  }
  for (const file of imports.keys()) visit(file)
  return found
}
