import { JobError } from '../errors/job-error.ts'

/**
 * Cuts a JSON array into the texts of its elements, without reading them: memory holds one at a time.
 *
 * @throws JobError for an element longer than `maxLength`, for an array that stays open and for text behind it.
 */
export async function* arrayElements(text: AsyncIterable<string>, maxLength: number): AsyncGenerator<string> {
  let element = ''
  let elements = 0
  let depth = 0
  let isString = false
  let isEscaped = false
  let place: 'before' | 'inside' | 'behind' = 'before'

  for await (const piece of text) {
    let from = 0
    for (let at = 0; at < piece.length; at++) {
      const c = piece[at]
      if (isString) {
        if (isEscaped) isEscaped = false
        else if (c === '\\') isEscaped = true
        else if (c === '"') isString = false
      } else if (place !== 'inside') {
        if (/\s/.test(c)) continue
        if (place === 'behind') throw textBehind(elements)
        place = 'inside'
        from = at + 1
      } else if (c === '"') {
        isString = true
      } else if (c === '{' || c === '[') {
        depth++
      } else if (depth > 0) {
        if (c === '}' || c === ']') depth--
      } else if (c === ',' || c === ']') {
        element += piece.slice(from, at)
        from = at + 1
        if (c === ']') place = 'behind'
        if (c === ',' || elements > 0 || element.trim() !== '') {
          elements++
          yield element
        }
        element = ''
      }
    }
    if (place === 'inside') element += piece.slice(from)
    if (element.length > maxLength) {
      throw new JobError(
        'dataset_too_large',
        `Element ${elements + 1} of the dataset has more than ${maxLength} characters, which is the limit.`,
      )
    }
  }
  if (place === 'inside') {
    throw new JobError(
      'dataset_unreadable',
      `The dataset's JSON array has no end behind element ${elements}: the file was cut off.`,
    )
  }
}

function textBehind(elements: number): JobError {
  return new JobError(
    'dataset_unreadable',
    `The dataset goes on behind its JSON array of ${elements} elements: write one array, or an object on each line.`,
  )
}
