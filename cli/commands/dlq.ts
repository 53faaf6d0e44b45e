import type { Command } from 'commander'
import {
  type DeadLetter,
  type DeadLetterAction,
  processDeadLetters,
} from '../../shared/dead-letters/dead-letters.ts'
import { withConnection } from '../connect.ts'
import { table } from '../output.ts'
import { UsageError } from '../usage-error.ts'

type Options = { json?: boolean; yes?: boolean }

export function addDlq(program: Command): void {
  const dlq = program
    .command('dlq')
    .description('list the messages that failed ten times, each with the reason; redrive or purge them')
    .option('--json', 'print JSON and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet dlq
  $ tensorfleet dlq redrive 5f0c1c9e
  $ tensorfleet dlq purge --yes`,
    )
    .action((options: Options, command: Command) =>
      processAndPrint(
        command,
        () => 'keep',
        (letters) => {
          if (options.json) return letters
          if (letters.length === 0) return 'The dead-letter queue is empty.\n'
          const rows = letters.map((letter) => [
            letter.job_id,
            letter.attempts,
            letter.sent_at,
            letter.reason,
          ])
          return table([['job', 'attempts', 'sent', 'reason'], ...rows])
        },
      ),
    )

  dlq
    .command('redrive')
    .description('send messages to the jobs queue again: all, or those of the given jobs')
    .argument('[id...]', 'ids of jobs or of messages')
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', '\nExamples:\n  $ tensorfleet dlq redrive\n  $ tensorfleet dlq redrive 5f0c1c9e')
    .action((ids: string[], _: Options, command: Command) =>
      processAndPrint(
        command,
        ({ job_id, message_id }) =>
          ids.length === 0 || ids.includes(job_id) || ids.includes(message_id) ? 'redrive' : 'keep',
        (letters) => {
          const sent = letters.filter(({ action }) => action === 'redrive')
          const absent = ids.filter(
            (id) => !sent.some((each) => each.job_id === id || each.message_id === id),
          )
          if (absent.length > 0) {
            process.exitCode = 1
            process.stderr.write(`The dead-letter queue has no message of ${absent.join(', ')}.\n`)
          }
          if (command.optsWithGlobals<Options>().json) return sent
          return `${sent.length} ${sent.length === 1 ? 'message is' : 'messages are'} in the jobs queue again.\n`
        },
      ),
    )

  dlq
    .command('purge')
    .description('delete all messages, for good; their jobs end as failed')
    .option('--yes', 'yes, delete them')
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', '\nExample:\n  $ tensorfleet dlq purge --yes')
    .action((options: Options, command: Command) => {
      if (!options.yes) throw new UsageError('Their jobs end as failed: add --yes to delete the messages.')
      return processAndPrint(
        command,
        () => 'delete',
        (letters) =>
          command.optsWithGlobals<Options>().json
            ? letters
            : `${letters.length} ${letters.length === 1 ? 'message is' : 'messages are'} deleted.\n`,
      )
    })
}

/** Processes the dead letters and prints the value of `report`: a string as it is, anything else as JSON. */
function processAndPrint(
  command: Command,
  actionOf: (letter: Pick<DeadLetter, 'job_id' | 'message_id'>) => DeadLetterAction,
  report: (
    letters: (DeadLetter & { action: DeadLetterAction })[],
  ) => string | (DeadLetter & { action: DeadLetterAction })[],
): Promise<void> {
  return withConnection(command, false, async (connection) => {
    const reported = report(await processDeadLetters(connection, actionOf))
    process.stdout.write(
      typeof reported === 'string'
        ? reported
        : `${JSON.stringify(reported.map(({ action, ...rest }) => rest))}\n`,
    )
  })
}
