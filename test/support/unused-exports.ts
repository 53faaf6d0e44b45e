import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'

/** The values that a file exports and no other file names, one line each. Types do not count, nor do generated files. */
export async function unusedExports(root: string, pattern: string): Promise<string[]> {
  const texts = new Map<string, string>()
  const namedBy = new Map<string, number>()
  const exclude = ['**/assembly/**', 'shared/wasm/kernels/**']
  for await (const file of glob(pattern, { cwd: root, exclude })) {
    const text = readFileSync(join(root, file), 'utf8')
    texts.set(file, text)
    for (const word of new Set(text.match(/[\w$]+/g))) namedBy.set(word, (namedBy.get(word) ?? 0) + 1)
  }
  return [...texts].flatMap(([file, text]) =>
    Array.from(text.matchAll(/^export (?:async )?(?:const|class|function\*?) ([\w$]+)/gm), ([, name]) => name)
      .filter((name) => namedBy.get(name) === 1)
      .map((name) => `${file}: ${name}`),
  )
}
