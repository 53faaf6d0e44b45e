/** Reads a message's text as JSON, and says what is wrong with text that is not JSON. */
import { asWritten, COUNT_OR_SHARE } from '../algorithms/count-or-share.ts'
import { JobError } from '../errors/job-error.ts'

/** More levels than any job has; what reads or writes JSON by recursion takes many more. */
const MAX_DEPTH = 1000

export const SEND_A_JOB = 'send one JSON object with job_id, algorithm and dataset_path'

/**
 * Parses JSON. A hyperparameter that is a count or a share keeps its spelling: 1.0 is the text "1.0".
 *
 * @throws JobError for text that is not JSON, or is nested too deep.
 */
export function readJson(text: string): unknown {
  try {
    JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new JobError('bad_message', `The message is not JSON (${why}): ${hint(text)}${SEND_A_JOB}.`)
  }
  const depth = nesting(text)
  if (depth > MAX_DEPTH) {
    throw new JobError(
      'bad_message',
      `The message is nested ${depth} levels deep, and ${MAX_DEPTH} is the limit: ${SEND_A_JOB}.`,
    )
  }
  return withSpelling(text)
}

/**
 * Floats among counts and shares are noted where they stand, and put in place when `hyperparameters`, or `parameters` of a
 * search, is read, which comes after all that is in it.
 */
function withSpelling(text: string): unknown {
  const floats = new Map<unknown, [name: string, written: string][]>()
  return JSON.parse(
    text,
    function (this: unknown, name: string, value: unknown, context?: { source?: string }) {
      if (typeof value === 'number' && (COUNT_OR_SHARE.includes(name) || Array.isArray(this))) {
        const written = asWritten(value, context?.source ?? '')
        if (typeof written === 'string') floats.set(this, [...(floats.get(this) ?? []), [name, written]])
      }
      if (name === 'hyperparameters' && typeof value === 'object' && value !== null) {
        for (const [field, written] of floats.get(value) ?? []) Reflect.set(value, field, written)
      }
      if (name === 'parameters' && typeof value === 'object' && value !== null) {
        for (const field of COUNT_OR_SHARE) {
          const values: unknown = Reflect.get(value, field)
          if (!Array.isArray(values)) continue
          for (const [index, written] of floats.get(values) ?? []) Reflect.set(values, index, written)
        }
      }
      return value
    },
  )
}

/** How deep arrays and objects of a JSON text lie in each other. */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return deepest
}

/** What the text most likely is, where one change makes it JSON. */
function hint(text: string): string {
  const repairs: [string, (part: string) => string][] = [
    [
      'JSON has no NaN and no Infinity, which Python’s json.dumps writes; leave the field out, or give null; ',
      (part) => part.replaceAll(/-?\b(?:NaN|Infinity|inf|nan)\b/g, 'null'),
    ],
    [
      'it has True, False or None, as Python’s repr of a dict; use json.dumps; ',
      (part) => part.replaceAll(/\b(?:True|False|None)\b/g, 'null'),
    ],
    ['there is a comma before a closing bracket; ', (part) => part.replaceAll(/,(\s*[}\]])/g, '$1')],
  ]
  for (const [what, repair] of repairs) if (isJson(outsideStrings(text, repair))) return what
  if (/^\s*[[{]\s*'/.test(text)) return 'it has single quotes, as Python’s repr of a dict; use json.dumps; '
  if (/[“”]/.test(text)) return 'it has typographic quotes; use "; '
  const object = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  if (object.length < text.trim().length && isJson(object)) return 'other text stands round the object; '
  if (/^\s*\{.*\}\s*\{/s.test(text)) return 'it is more than one JSON object; '
  return ''
}

function outsideStrings(text: string, change: (part: string) => string): string {
  return text
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((part, i) => (i % 2 === 1 ? part : change(part)))
    .join('')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
