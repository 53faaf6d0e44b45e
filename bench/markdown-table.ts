/** A cell; nothing where there is no figure, as without a peer. */
export type Cell = string | number | undefined

/** Prints the head of a table in Markdown. Returns how to print a row. */
export function markdownTable(
  columns: readonly string[],
  print: (line: string) => void,
): (cells: readonly Cell[]) => void {
  const line = (cells: readonly Cell[]) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`
  print(line(columns))
  print(`|${'---|'.repeat(columns.length)}`)
  return (cells) => print(line(cells))
}

/** Ours divided by the peer's. */
export function ratio(ours: number, peer: number | undefined): string | undefined {
  return peer === undefined ? undefined : (ours / peer).toFixed(2)
}

/** Seconds as milliseconds. */
export function milliseconds(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : (seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)
}

/** A largest value that is aimed at. */
export const atMost = (target: number | undefined) => (target === undefined ? undefined : `≤ ${target}`)
