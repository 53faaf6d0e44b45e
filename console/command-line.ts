/** The command that sends the same job from a shell. */
export function commandLine(message: Readonly<Record<string, unknown>>): string {
  const { algorithm, dataset_path, target_column, task, model_name, hyperparameters, drop_columns } = message
  const parts = [
    'npx tensorfleet train',
    quoted(String(dataset_path ?? 'DATA')),
    '--algorithm',
    quoted(String(algorithm)),
  ]
  if (typeof target_column === 'string') parts.push('--target', quoted(target_column))
  if (typeof task === 'string') parts.push('--task', task)
  if (typeof model_name === 'string') parts.push('--name', quoted(model_name))
  for (const [name, value] of entries(hyperparameters))
    parts.push('--param', quoted(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`))
  for (const name of Array.isArray(drop_columns) ? drop_columns : [])
    parts.push('--drop', quoted(String(name)))
  return parts.join(' ')
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
