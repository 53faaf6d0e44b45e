import { Command, CommanderError } from 'commander'
import { unknownVariables } from '../shared/runtime/config.ts'
import { version } from '../shared/runtime/version.ts'
import { addCancel } from './commands/cancel.ts'
import { addConsole } from './commands/console.ts'
import { addDlq } from './commands/dlq.ts'
import { addDoctor } from './commands/doctor.ts'
import { addDownload } from './commands/download.ts'
import { addJobs } from './commands/jobs.ts'
import { addLocal } from './commands/local.ts'
import { addModels } from './commands/models/index.ts'
import { addPredict } from './commands/predict.ts'
import { addRegistry } from './commands/registry.ts'
import { addReport } from './commands/report.ts'
import { addSubmit } from './commands/submit.ts'
import { addTrain } from './commands/train.ts'
import { addTrials } from './commands/trials.ts'
import { addWork } from './commands/work.ts'
import { explainDenied } from './explain-denied.ts'
import { UsageError } from './usage-error.ts'

/**
 * Runs a command. Prints an error, and sets `process.exitCode`.
 *
 * @param args the command and its arguments: `process.argv` after the script
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  for (const warning of unknownVariables(process.env)) process.stderr.write(`tensorfleet: ${warning}\n`)
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
    } else {
      const message = explainDenied(error) ?? (error instanceof Error ? error.message : error)
      process.stderr.write(`tensorfleet: ${message}\n`)
      if (process.env.TENSORFLEET_DEBUG) console.error(error)
      process.exitCode = error instanceof UsageError ? 2 : 1
    }
  }
}

function createProgram(): Command {
  const program = new Command('tensorfleet')
    .description(
      'Train models by message: of classes and of numbers, from a table, evaluated, stored and registered.',
    )
    .version(version)
    .option(
      '--stack <name>',
      'talk to the worker that was deployed under this name of a CloudFormation stack',
    )
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet train iris --algorithm random_forest
  $ tensorfleet train sales.csv --algorithm logistic_regression --target churned --param C=0.5
  $ tensorfleet local
  $ tensorfleet console
  $ tensorfleet models
  $ tensorfleet --stack TensorFleet train s3://my-bucket/sales.csv --algorithm svm

With --stack, or with JOB_QUEUE_URL and ARTIFACT_BUCKET in the environment, jobs run in AWS. Without, everything runs on
this machine, its data under .tensorfleet/.`,
    )

  for (const add of [
    addTrain,
    addSubmit,
    addJobs,
    addTrials,
    addCancel,
    addDlq,
    addModels,
    addDownload,
    addPredict,
    addReport,
    addRegistry,
    addLocal,
    addWork,
    addConsole,
    addDoctor,
  ])
    add(program)
  strict(program)
  return program
}

/** Makes commander throw on wrong usage, which then ends with exit code 2. */
function strict(command: Command): void {
  command.exitOverride()
  for (const sub of command.commands) strict(sub)
}
