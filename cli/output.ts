/** Output of the commands: JSON, text, tables. */

/** Prints the value as one line of JSON, or the text. */
export function print(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : text)
}

/** Rows as text, in columns as wide as their widest cell. */
export function table(rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map((cell) => String(cell ?? '')))
  const widths = cells.reduce<number[]>(
    (widest, row) => row.map((cell, j) => Math.max(cell.length, widest[j] ?? 0)),
    [],
  )
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, j) => cell.padEnd(widths[j]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** A share as a percentage. */
export function percent(value: unknown): string {
  return typeof value === 'number' ? `${(value * 100).toFixed(1)} %` : ''
}
