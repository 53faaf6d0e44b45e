/** A document as JSON has it: times as ISO 8601, ids as text, no field that is undefined. */
export function plainJson(document: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(document))
}
