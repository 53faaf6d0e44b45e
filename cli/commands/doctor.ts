import type { Command } from 'commander'
import { dataDirectory } from '../connect.ts'
import type { Check } from '../doctor/checks.ts'
import { keyAndValue } from '../key-and-value.ts'
import { print, table } from '../output.ts'
import { UsageError } from '../usage-error.ts'

type Options = { json?: boolean; deploy?: boolean; context: Record<string, string>; stack?: string }

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'check this machine, or with --stack a deployed worker, or with --deploy the account before a deploy; exit code 1 if there is a problem',
    )
    .option('--deploy', 'whether the account can take the stack of tensorfleet.config.json and -c')
    .option(
      '-c, --context <key=value>',
      'with --deploy: a setting, a stage or a settings file, as of cdk deploy; repeatable',
      withSetting,
      {},
    )
    .option('--json', 'print JSON and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet doctor
  $ tensorfleet doctor --deploy -c stage=prod
  $ tensorfleet --stack TensorFleet doctor

With --stack it runs the stack's function seed, which tells whether the functions reach MongoDB.`,
    )
    .action(async (_: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const { runChecks } = await import('../doctor/checks.ts')
      const findings = await runChecks(await chosenChecks(options))
      const signs = { ok: 'ok', warning: 'warning', problem: 'PROBLEM' }
      const rows = findings.map(({ check, state, sentence }) => [signs[state], check, sentence])
      print(options.json, findings, table(rows))
      if (findings.some(({ state }) => state === 'problem')) process.exitCode = 1
    })
}

/** Values stay strings, as with `-c` of cdk. */
function withSetting(given: string, before: Record<string, string>): Record<string, string> {
  const [name, , text] = keyAndValue(given, 'stage=prod')
  return { ...before, [name]: text }
}

async function chosenChecks({ deploy, context, stack }: Options): Promise<Check[]> {
  if (deploy && stack !== undefined)
    throw new UsageError(
      '--deploy looks at the account before a deploy, and --stack at a stack after it: choose one. The name of the stack to deploy is -c stack=NAME.',
    )
  if (!deploy && Object.keys(context).length > 0) throw new UsageError('-c has no effect without --deploy.')
  if (stack !== undefined) {
    const { stackChecks } = await import('../doctor/stack-checks.ts')
    return stackChecks(stack, process.env)
  }
  if (!deploy) {
    const { machineChecks } = await import('../doctor/machine-checks.ts')
    return machineChecks(dataDirectory(), process.env)
  }
  const { readSettings } = await import('../../infra/read-settings.ts')
  const { deployChecks } = await import('../doctor/deploy-checks.ts')
  return deployChecks(readSettings(context))
}
