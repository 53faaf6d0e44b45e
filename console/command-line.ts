/** The command that sends the same job from a shell. */
export function commandLine(message: Readonly<Record<string, unknown>>): string {
  const { algorithm, dataset_path, target_column, task, model_name, encoding, cv, csv } = message
  return [
    'npx tensorfleet train',
    quoted(String(dataset_path ?? 'DATA')),
    ...option('--algorithm', algorithm),
    ...option('--target', target_column),
    ...option('--task', task),
    ...option('--name', model_name),
    ...pairs('--param', message.hyperparameters),
    ...list(message.feature_columns).flatMap((name) => option('--feature', name)),
    ...list(message.drop_columns).flatMap((name) => option('--drop', name)),
    ...pairs('--split', message.split),
    ...option('--cv', cv),
    ...searchOf(message.search),
    ...option('--budget', partOf(message.auto, 'time_budget_seconds')),
    ...option('--metric', partOf(message.auto, 'metric')),
    ...list(message.date_columns).flatMap((date) => option('--date', dateText(date))),
    ...option('--sample-weight', message.sample_weight_column),
    ...option('--encoding', encoding),
    ...option('--compute', message.compute),
    ...option('--csv', csv),
  ].join(' ')
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function searchOf(search: unknown): string[] {
  if (typeof search !== 'object' || search === null) return []
  const { parameters, ...others } = { parameters: undefined, ...search }
  return [
    ...pairs('--search', parameters),
    ...(Object.keys(others).length === 0 ? [] : option('--search-options', others)),
  ]
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function option(flag: string, value: unknown): string[] {
  return value === undefined || value === null ? [] : [flag, quoted(textOf(value))]
}

function pairs(flag: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => [flag, quoted(`${name}=${textOf(each)}`)])
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** `day`, or with its parts `day=month,weekday`. */
function dateText(date: unknown): unknown {
  if (typeof date !== 'object' || date === null || !('column' in date) || !('parts' in date)) return date
  return `${String(date.column)}=${list(date.parts).join(',')}`
}
