import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { resolveModel } from '../../../shared/registry/resolve-model.ts'
import { MODEL } from '../../model-id.ts'
import { withModelStores } from '../../model-stores.ts'
import { print } from '../../output.ts'

export function addDelete(models: Command): void {
  models
    .command('delete')
    .description('delete a model from the bucket and the registry; refused while an alias points at it')
    .argument('<model>', MODEL)
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet models delete DefaultJob_svm_iris@v1763913600
  $ tensorfleet models delete 65f1c0ffee65f1c0ffee65f1 --yes

If it is cut short, the same command again finishes it. The job's result stays, so its job_id is not trained again.`,
    )
    .action((model: string, options: { yes?: boolean }, command: Command) =>
      withModelStores(models, async (stores) => {
        const { deleteModel, modelToDelete } = await import('../../../shared/registry/delete-model.ts')
        const about = await modelToDelete(stores, await resolveModel(stores.registry, model))
        const which = `${about.name} ${about.version} (${about.model_id})`
        if (!options.yes && !(await agreed(`Delete ${which}? [y/N] `))) {
          throw new Error('Nothing was deleted. (Answer y, or give --yes.)')
        }
        await deleteModel(stores, about)
        print(command.optsWithGlobals().json, { ...about, deleted: true }, `Deleted ${which}.\n`)
      }),
    )
}

/** Asks on stderr and reads one line of stdin; the end of stdin is a no. */
async function agreed(question: string): Promise<boolean> {
  process.stderr.write(question)
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) return /^y(es)?$/i.test(line.trim())
  return false
}
