/** pandas' names for a header: `a, a` become `a, a.1`; an empty name becomes `Unnamed: 3`. */
export function uniqueNames(header: readonly string[]): string[] {
  const taken = new Set(header)
  const used = new Set<string>()
  const nextNumber = new Map<string, number>()
  return header.map((given, j) => {
    const name = given === '' ? `Unnamed: ${j}` : given
    if (!used.has(name)) {
      used.add(name)
      return name
    }
    for (let n = nextNumber.get(name) ?? 1; ; n++) {
      const candidate = `${name}.${n}`
      if (used.has(candidate) || taken.has(candidate)) continue
      used.add(candidate)
      nextNumber.set(name, n + 1)
      return candidate
    }
  })
}
