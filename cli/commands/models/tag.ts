import { type Command, InvalidArgumentError } from 'commander'
import { isTagName } from '../../../shared/registry/names.ts'
import { resolveModel } from '../../../shared/registry/resolve-model.ts'
import { MODEL } from '../../model-id.ts'
import { withModelStores } from '../../model-stores.ts'
import { print, table } from '../../output.ts'
import { UsageError } from '../../usage-error.ts'

export function addTag(models: Command): void {
  models
    .command('tag')
    .description('note something on a model, and print its tags')
    .argument('<model>', MODEL)
    .argument('[key=value...]', 'tags to set', tag, {})
    .option('--delete <keys...>', 'tags to remove')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet models tag DefaultJob_svm_iris@champion stage=production reviewer="Ada L."
  $ tensorfleet models tag DefaultJob_svm_iris --delete stage`,
    )
    .action(
      (model: string, set: Record<string, string>, options: { delete?: string[] }, command: Command) => {
        const remove = options.delete ?? []
        if (Object.keys(set).length + remove.length === 0) {
          throw new UsageError('Give a tag as key=value, or --delete and the key of one.')
        }
        return withModelStores(models, async (stores) => {
          const { tagModel } = await import('../../../shared/registry/tags.ts')
          const model_id = await resolveModel(stores.registry, model)
          const tags = await tagModel(stores, model_id, { set, remove })
          print(command.optsWithGlobals().json, { model_id, tags }, table(Object.entries(tags)))
        })
      },
    )
}

function tag(given: string, earlier: Record<string, string>): Record<string, string> {
  const equals = given.indexOf('=')
  const key = given.slice(0, equals)
  if (equals > 0 && isTagName(key)) return { ...earlier, [key]: given.slice(equals + 1) }
  throw new InvalidArgumentError('Write it as key=value, the key of letters, digits, "_" and "-".')
}
