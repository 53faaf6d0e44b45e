import type { Command } from 'commander'
import { resolveModel } from '../../../shared/registry/resolve-model.ts'
import { withConnection } from '../../connect.ts'
import { MODEL } from '../../model-id.ts'
import { summarizeModel } from '../../model-summary.ts'
import { table } from '../../output.ts'
import { addAlias } from './alias.ts'
import { addCompare } from './compare.ts'
import { addDelete } from './delete.ts'
import { addTag } from './tag.ts'
import { addVersions } from './versions.ts'

export function addModels(program: Command): void {
  const models = program
    .command('models')
    .description('list the registered models, or show one')
    .argument('[model]', MODEL)
    .option('--limit <n>', 'how many to list', Number, 50)
    .option('--json', 'print JSON and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tensorfleet models\n  $ tensorfleet models 65f1c0ffee65f1c0ffee65f1 --json\n  $ tensorfleet models DefaultJob_svm_iris@champion',
    )
    .action((model: string | undefined, options: { limit: number; json?: boolean }) =>
      withConnection(program, false, async (connection) => {
        const registry = await connection.registry()
        if (model !== undefined) {
          const found = await registry.getModelMetadata(await resolveModel(registry, model))
          if (found === undefined) throw new Error(`The registry has no model ${model}.`)
          process.stdout.write(
            options.json ? `${JSON.stringify(found)}\n` : `${JSON.stringify(found, null, 2)}\n`,
          )
          return
        }
        const models = await registry.listModels(options.limit)
        if (options.json) process.stdout.write(`${JSON.stringify(models)}\n`)
        else {
          const rows = models.map((model) => [
            model._id,
            model.name,
            model.version,
            model.algorithm,
            summarizeModel(model).score,
          ])
          process.stdout.write(table([['id', 'name', 'version', 'algorithm', 'score'], ...rows]))
        }
      }),
    )
  for (const add of [addVersions, addAlias, addTag, addCompare, addDelete]) add(models)
}
