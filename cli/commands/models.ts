import type { Command } from 'commander'
import { withConnection } from '../connect.ts'
import { percent, table } from '../table.ts'

export function addModels(program: Command): void {
  program
    .command('models')
    .description('list the registered models, or show one')
    .argument('[id]', 'a model’s id')
    .option('--limit <n>', 'how many to list', Number, 50)
    .option('--json', 'print JSON and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tensorfleet models\n  $ tensorfleet models 65f1c0ffee65f1c0ffee65f1 --json',
    )
    .action((id: string | undefined, options: { limit: number; json?: boolean }) =>
      withConnection(false, async (connection) => {
        const registry = await connection.registry()
        if (id !== undefined) {
          const model = await registry.getModelMetadata(id)
          if (model === undefined) throw new Error(`The registry has no model ${id}.`)
          process.stdout.write(
            options.json ? `${JSON.stringify(model)}\n` : `${JSON.stringify(model, null, 2)}\n`,
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
            percent(Object(model.metrics).accuracy),
          ])
          process.stdout.write(table([['id', 'name', 'version', 'algorithm', 'accuracy'], ...rows]))
        }
      }),
    )
}
