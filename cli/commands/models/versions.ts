import type { Command } from 'commander'
import { withModelStores } from '../../model-stores.ts'
import { summarizeModel } from '../../model-summary.ts'
import { print, table } from '../../output.ts'

export function addVersions(models: Command): void {
  models
    .command('versions')
    .description('list the versions of a model, newest first, with their aliases and tags')
    .argument('<name>', 'a model’s name')
    .addHelpText('after', '\nExample:\n  $ tensorfleet models versions DefaultJob_svm_iris')
    .action((name: string, _: unknown, command: Command) =>
      withModelStores(models, async ({ registry }) => {
        const aliases = await registry.aliasesOf(name)
        const versions = (await registry.versionsOf(name)).map((model) => ({
          ...model,
          aliases: aliases.filter(({ model_id }) => model_id === model._id).map(({ alias }) => alias),
        }))
        if (versions.length === 0) throw new Error(`The registry has no model ${name}.`)
        const rows = versions.map(({ aliases, ...model }: Record<string, unknown>) => [
          model.version,
          model._id,
          model.algorithm,
          summarizeModel(model).score,
          [aliases].flat().join(', '),
          summarizeModel(model).tags,
        ])
        const heads = ['version', 'id', 'algorithm', 'score', 'aliases', 'tags']
        print(command.optsWithGlobals().json, versions, table([heads, ...rows]))
      }),
    )
}
