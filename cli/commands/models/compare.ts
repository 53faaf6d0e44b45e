import type { Command } from 'commander'
import type { Compared } from '../../../shared/registry/compare.ts'
import { resolveModel } from '../../../shared/registry/resolve-model.ts'
import { MODEL } from '../../model-id.ts'
import { withModelStores } from '../../model-stores.ts'
import { print, table } from '../../output.ts'

export function addCompare(models: Command): void {
  models
    .command('compare')
    .description('put two models side by side: metrics, hyperparameters, data')
    .argument('<a>', MODEL)
    .argument('<b>', 'the other one')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet models compare DefaultJob_svm_iris@champion DefaultJob_svm_iris
  $ tensorfleet models compare DefaultJob_svm_iris DefaultJob_random_forest_iris --json`,
    )
    .action((a: string, b: string, _: unknown, command: Command) =>
      withModelStores(models, async (stores) => {
        const { compareModels } = await import('../../../shared/registry/compare.ts')
        const documents = await Promise.all(
          [a, b].map(async (model) => {
            const id = await resolveModel(stores.registry, model)
            const found = await stores.registry.getModelMetadata(id)
            if (found === undefined) throw new Error(`The registry has no model ${model}.`)
            return found
          }),
        )
        const compared = compareModels(documents[0], documents[1])
        const heads = ['', '', 'A', 'B', 'B - A']
        const rows = compared.map((row, i) => [
          compared[i - 1]?.part === row.part ? '' : row.part,
          row.name,
          shown(row.a),
          row.same ? '=' : shown(row.b),
          difference(row),
        ])
        print(command.optsWithGlobals().json, compared, table([heads, ...rows]))
      }),
    )
}

/** A value on one line, cut where it is long. */
function shown(value: unknown): string {
  if (value === undefined) return '-'
  if (typeof value === 'number') return String(Number(value.toPrecision(6)))
  const text =
    value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 48 ? `${text.slice(0, 45)}...` : text
}

function difference({ part, a, b, same }: Compared): string {
  if (part !== 'metrics' || same || typeof a !== 'number' || typeof b !== 'number') return ''
  return `${b > a ? '+' : ''}${Number((b - a).toPrecision(3))}`
}
