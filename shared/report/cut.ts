/** Text from the data, cut to a length that a report can hold thousands of. */
export function cut(text: string, limit = 100): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}
