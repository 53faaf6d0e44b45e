/** What a column may be called that was not found. */
import { didYouMean } from '../errors/closest-match.ts'
import { quote } from '../errors/sentences.ts'
import { invisibleDifference } from './invisible-difference.ts'

/** Names that a misspelt one is compared with. */
const MAX_COMPARED = 1000

/**
 * ` (did you mean "x"?)`, or where a name differs only by what cannot be seen, the code points; nothing where no name is close.
 *
 * @param names of the columns that are there.
 * @param whose who has the name that was not found: "the model has".
 */
export function nameHint(name: string, names: readonly string[], whose = 'the message has'): string {
  for (const twin of names) {
    const points = invisibleDifference(name, twin)
    if (points === undefined) continue
    return ` (the data have ${quote(twin)}, which differs invisibly: at character ${points.at} ${whose} ${points.first}, the data have ${points.second})`
  }
  return didYouMean(name, names.slice(0, MAX_COMPARED))
}
