import { type Command, InvalidArgumentError } from 'commander'
import { isAliasName } from '../../../shared/registry/names.ts'
import { withModelStores } from '../../model-stores.ts'
import { print } from '../../output.ts'
import { UsageError } from '../../usage-error.ts'

export function addAlias(models: Command): void {
  models
    .command('alias')
    .description('let an alias point at one version of a model, or remove it')
    .argument('<name>', 'a model’s name')
    .argument('<alias>', 'letters, digits, ".", "_" and "-"; "latest" is the newest version always', alias)
    .argument('[version]', 'a version, the id of one, another alias, or latest')
    .option('--delete', 'remove the alias; the model stays')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet models alias DefaultJob_svm_iris champion v1763913600
  $ tensorfleet download DefaultJob_svm_iris@champion ./model
  $ tensorfleet models alias DefaultJob_svm_iris champion --delete`,
    )
    .action(
      (
        name: string,
        alias: string,
        version: string | undefined,
        options: { delete?: boolean },
        command: Command,
      ) => {
        if ((version === undefined) !== (options.delete === true)) {
          throw new UsageError('Give a version to point at, or --delete.')
        }
        const { json } = command.optsWithGlobals()
        return withModelStores(models, async (stores) => {
          const { deleteAlias, setAlias } = await import('../../../shared/registry/aliases.ts')
          if (version === undefined) {
            if (!(await deleteAlias(stores, name, alias))) throw new Error(`${name} has no alias ${alias}.`)
            print(json, { name, alias, deleted: true }, `${name} has no alias ${alias} any more.\n`)
            return
          }
          const { resolveVersion } = await import('../../../shared/registry/resolve-model.ts')
          const set = await setAlias(
            stores,
            name,
            alias,
            await resolveVersion(stores.registry, name, version),
          )
          print(json, set, `${name}@${alias} is ${set.version} (${set.model_id}).\n`)
        })
      },
    )
}

function alias(given: string): string {
  if (isAliasName(given)) return given
  throw new InvalidArgumentError(
    'Begin with a letter, and use at most 64 letters, digits, ".", "_" and "-"; not "latest", nor what looks like a version (v1).',
  )
}
