/** Names and labels that would break a page which does not escape them. */
export const hostileNames = [
  '<script>alert(1)</script>',
  '"><img src=https://example.com/x onerror=alert(2)>',
  'it\'s a "quoted" name',
  'two\nlines\tand a tab',
  '</style></title></svg><script>alert(3)</script>',
  'datum["x"].y[0]',
  'expr: alert(4)',
  '\u202eturned around\u2066',
  'javascript:alert(5)',
  '{{alert(6)}} #{alert(7)} &lt;b&gt;',
]

export const hostileLabels = [
  '<script>alert(8)</script>',
  'a "quoted"\nlabel',
  "</desc><svg onload='alert(9)'>",
]

/** A dataset of three classes, its names and labels as given. One column holds text. */
export function hostileRecords(
  nameOf: (name: string) => string,
  labelOf: (k: number) => string,
): Record<string, unknown>[] {
  return Array.from({ length: 120 }, (_, i) => {
    const k = i % 3
    const values = hostileNames.map((name, j) => [
      nameOf(name),
      j === 3 ? nameOf(name) + (i % 4) : ((i * (j + 7)) % 23) + (j === 0 ? 9 * k : 0),
    ])
    return { ...Object.fromEntries(values), target: labelOf(k) }
  })
}

export function hostileCsv(): string {
  const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`
  const records = hostileRecords(
    (name) => name,
    (k) => hostileLabels[k],
  )
  const lines = [Object.keys(records[0]), ...records.map((record) => Object.values(record))]
  return lines.map((line) => line.map(quoted).join(',')).join('\n')
}
