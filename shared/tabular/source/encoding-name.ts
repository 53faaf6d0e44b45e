/** Python's names that differ from those of the WHATWG Encoding Standard. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
  'latin-1': 'iso-8859-1',
  l1: 'iso-8859-1',
  'utf-8-sig': 'utf-8',
  'utf-16': 'utf-16le',
  'utf-16-le': 'utf-16le',
  'utf-16-be': 'utf-16be',
  'mac-roman': 'macintosh',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp866: 'ibm866',
}

/** The `TextDecoder` label of an encoding by its Python or web name. */
export function decoderLabel(encoding: string): string {
  const name = encoding.trim().toLowerCase().replaceAll('_', '-')
  const windows = /^(?:cp|windows)-?(125\d|874)$/.exec(name)?.[1]
  if (windows !== undefined) return `windows-${windows}`
  const iso = /^(?:iso-?)?8859-?(\d{1,2})$/.exec(name)?.[1]
  if (iso !== undefined) return `iso-8859-${iso}`
  return PYTHON_NAMES[name] ?? encoding.trim()
}

export function isKnownEncoding(encoding: string): boolean {
  try {
    new TextDecoder(decoderLabel(encoding))
    return true
  } catch {
    return false
  }
}
