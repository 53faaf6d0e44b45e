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

const hostileLabels = ['<script>alert(8)</script>', 'a "quoted"\nlabel', "</desc><svg onload='alert(9)'>"]

/** A dataset of them. */
export function hostileCsv(): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const header = [...hostileNames, 'target'].map(quoted).join(',')
  const rows = Array.from({ length: 120 }, (_, i) => {
    const k = i % 3
    const values = hostileNames.map((name, j) =>
      j === 3 ? quoted(name + (i % 4)) : String(((i * (j + 7)) % 23) + (j === 0 ? 9 * k : 0)),
    )
    return [...values, quoted(hostileLabels[k])].join(',')
  })
  return `${header}\n${rows.join('\n')}\n`
}
