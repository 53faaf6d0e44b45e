import { Option } from 'commander'
import { asWritten, COUNT_OR_SHARE } from '../shared/algorithms/count-or-share.ts'
import { parseSearch } from '../shared/search/options.ts'
import { keyAndValue, readValue } from './key-and-value.ts'
import { UsageError } from './usage-error.ts'

/** `--search name=1,2,3`: the values of a hyperparameter that a search tries. */
export function searchOption(): Option {
  return new Option(
    '--search <k=v,v>',
    'values of a hyperparameter to choose from by cross-validation, or a distribution as JSON; may be given again',
  ).argParser((given: string, earlier: Record<string, unknown> | undefined) => {
    const [name, value, text] = keyAndValue(given, 'max_depth=3,6,null')
    const isSet = typeof value === 'object' && value !== null
    return { ...earlier, [name]: isSet ? value : text.split(',').map((each) => spelt(name, each.trim())) }
  })
}

function spelt(name: string, text: string): unknown {
  const value = readValue(text)
  return typeof value === 'number' && COUNT_OR_SHARE.includes(name) ? asWritten(value, text) : value
}

/**
 * The message's field `search`; undefined without --search.
 *
 * @throws UsageError for unknown options.
 */
export function searchFields(options: {
  readonly search?: Record<string, unknown>
  readonly searchOptions?: string
}): { search?: unknown } {
  const { search: parameters, searchOptions } = options
  if (searchOptions !== undefined && parameters === undefined) {
    throw new UsageError('--search-options needs --search: name the hyperparameters and their values.')
  }
  if (parameters === undefined) return {}
  const more: unknown = searchOptions === undefined ? {} : parsedObject(searchOptions)
  try {
    return { search: parseSearch({ ...Object(more), parameters }) }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function parsedObject(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`--search-options is not JSON: write it as '{"method": "random", "n_trials": 20}'.`)
  }
}
