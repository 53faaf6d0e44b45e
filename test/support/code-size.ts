/** Measures how long functions and files are. test/structure.test.ts has the limits. */
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAst } from 'vitest/node'

export type SizeLimits = { readonly functionLines: number; readonly fileLines: number }

/** What is too long in the files that match `patterns`, one line each: `file:line name has n lines`. */
export async function oversized(
  root: string,
  patterns: readonly string[],
  limits: SizeLimits,
): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob([...patterns], { cwd: root })) {
    found.push(...oversizedIn(file, readFileSync(join(root, file), 'utf8'), limits))
  }
  return found.sort()
}

/**
 * The same of one file. A function counts with the functions inside it; a callback of `describe` does not count, because
 * it only groups tests. In files that are not TypeScript, and in kernels, only the length of the file counts.
 */
export function oversizedIn(file: string, code: string, limits: SizeLimits): string[] {
  const lines = linesIn(code, 0, code.trimEnd().length)
  const found = lines > limits.fileLines ? [`${file} has ${lines} lines`] : []
  if (lines <= limits.functionLines || !/\.tsx?$/.test(file) || file.includes('/wasm/assembly/')) return found
  for (const { name, start, end } of functionsOf(
    parseAst(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' }),
  )) {
    const length = linesIn(code, start, end)
    if (length > limits.functionLines)
      found.push(`${file}:${linesIn(code, 0, start)} ${name} has ${length} lines`)
  }
  return found
}

function linesIn(code: string, start: number, end: number): number {
  let lines = 1
  for (let at = code.indexOf('\n', start); at >= 0 && at < end; at = code.indexOf('\n', at + 1)) lines++
  return lines
}

type Span = { readonly name: string; readonly start: number; readonly end: number }

/** The functions below a node of a syntax tree (ESTree), each with the nearest name round it. */
function functionsOf(node: unknown, outerName = 'a function'): Span[] {
  if (Array.isArray(node)) return node.flatMap((item) => functionsOf(item, outerName))
  if (!isRecord(node)) return []
  const name = nameOf(node.id) ?? nameOf(node.key) ?? outerName
  const inside = Object.values(node).flatMap((child) => functionsOf(child, name))
  if (isDescribe(node)) return inside.filter((span) => !isArgumentOf(node, span))
  const { start, end } = node
  const isFunction = typeof node.type === 'string' && /Function/.test(node.type) && isRecord(node.body)
  return isFunction && typeof start === 'number' && typeof end === 'number'
    ? [{ name, start, end }, ...inside]
    : inside
}

/** Whether a node is `describe(…)`, `describe.each(…)(…)` and the like. */
function isDescribe(node: Record<string, unknown>): boolean {
  if (node.type !== 'CallExpression') return false
  let callee = node.callee
  while (isRecord(callee) && nameOf(callee) === undefined) callee = callee.object ?? callee.callee
  return nameOf(callee) === 'describe'
}

function isArgumentOf(call: Record<string, unknown>, { start, end }: Span): boolean {
  const items: unknown[] = Array.isArray(call.arguments) ? call.arguments : []
  return items.some((item) => isRecord(item) && item.start === start && item.end === end)
}

function nameOf(node: unknown): string | undefined {
  return isRecord(node) && typeof node.name === 'string' ? node.name : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
