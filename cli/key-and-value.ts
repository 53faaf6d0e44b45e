import { InvalidArgumentError } from 'commander'

/**
 * `name=value`, the value as JSON where it is JSON (numbers, true, null, objects), else as text; Python's spellings too.
 *
 * @param example for the error.
 */
export function keyAndValue(given: string, example: string): [name: string, value: unknown, text: string] {
  const equals = given.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError(`Write it as name=value, for example ${example}.`)
  const text = given.slice(equals + 1)
  return [given.slice(0, equals), readValue(text), text]
}

/** JSON where it is JSON, else the text; Python's spellings too. */
export function readValue(text: string): unknown {
  const python: Record<string, unknown> = { None: null, True: true, False: false }
  if (Object.hasOwn(python, text)) return python[text]
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
