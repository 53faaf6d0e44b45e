import { Command, CommanderError } from 'commander'
import { version } from '../shared/version.ts'
import { addCancel } from './commands/cancel.ts'
import { addDlq } from './commands/dlq.ts'
import { addDownload } from './commands/download.ts'
import { addJobs } from './commands/jobs.ts'
import { addLocal } from './commands/local.ts'
import { addModels } from './commands/models.ts'
import { addRegistry } from './commands/registry.ts'
import { addSubmit } from './commands/submit.ts'
import { addTrain } from './commands/train.ts'
import { UsageError } from './usage-error.ts'

const program = new Command('tensorfleet')
  .description('Train models by message: classification from a CSV, evaluated, stored and registered.')
  .version(version)
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    `
Examples:
  $ tensorfleet train iris --algorithm random_forest
  $ tensorfleet train sales.csv --algorithm logistic_regression --target churned --param C=0.5
  $ tensorfleet local
  $ tensorfleet models

Without JOB_QUEUE_URL in the environment, everything runs on this machine, its data under .tensorfleet/.`,
  )

for (const add of [
  addTrain,
  addSubmit,
  addJobs,
  addCancel,
  addDlq,
  addModels,
  addDownload,
  addRegistry,
  addLocal,
])
  add(program)
strict(program)

/** Wrong usage throws, so that it can end with exit code 2. */
function strict(command: Command): void {
  command.exitOverride()
  for (const sub of command.commands) strict(sub)
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    process.stderr.write(`tensorfleet: ${error instanceof Error ? error.message : error}\n`)
    if (process.env.TENSORFLEET_DEBUG) console.error(error)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
