import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { dataDirectory } from '../connect.ts'
import { UsageError } from '../usage-error.ts'

export function addLocal(program: Command): void {
  program
    .command('local')
    .description('run the whole worker on this machine until Ctrl-C, and print its endpoints as export lines')
    .option(
      '--concurrency <n>',
      'maximum number of jobs at the same time',
      Number,
      Math.max(1, Math.floor(availableParallelism() / 2)),
    )
    .option('--aws-port <n>', 'port of S3 and SQS (default: a free one)', Number)
    .option('--mongo-port <n>', 'port of MongoDB (default: a free one)', Number)
    .option(
      '--metrics-port <n>',
      'port of the HTTP API and of /metrics (default: METRICS_PORT, or 8000; a free one if that is taken)',
      Number,
    )
    .option(
      '--metrics-host <address>',
      'address to listen on beside 127.0.0.1; other machines get /metrics and /health only (default: METRICS_HOST)',
    )
    .option('--quiet', 'do not show the functions’ logs')
    .addHelpText(
      'after',
      `
Example:
  $ tensorfleet local --aws-port 4566 --mongo-port 27017
Then, in another terminal, paste the export lines, or run any tensorfleet command in the same folder.`,
    )
    .action(
      async (options: {
        concurrency: number
        awsPort?: number
        mongoPort?: number
        metricsPort?: number
        metricsHost?: string
        quiet?: boolean
      }) => {
        if (program.opts<{ stack?: string }>().stack !== undefined)
          throw new UsageError('local runs a worker here: leave --stack out.')
        const stopped = Promise.withResolvers<'stopped'>()
        for (const signal of ['SIGINT', 'SIGTERM'] as const)
          process.once(signal, () => stopped.resolve('stopped'))
        const { startStack } = await import('../../local/stack.ts')
        const stack = await startStack({
          directory: dataDirectory(),
          concurrency: options.concurrency,
          ports: {
            aws: options.awsPort,
            mongo: options.mongoPort,
          },
          api: {
            port: options.metricsPort ?? Number(process.env.METRICS_PORT || 8000),
            host: options.metricsHost ?? (process.env.METRICS_HOST || '127.0.0.1'),
            isFixed: options.metricsPort !== undefined,
          },
          ...(options.quiet
            ? {}
            : { onLog: (name: string, line: string) => process.stderr.write(`${name}: ${line}\n`) }),
        })
        try {
          // Ctrl-C also ends the seed function; its error then is expected.
          if ((await Promise.race([stopped.promise, stack.seed()])) !== 'stopped') {
            for (const [name, value] of Object.entries(stack.environment))
              process.stdout.write(`export ${name}='${value}'\n`)
            process.stderr.write(
              `Ready. API: ${stack.apiUrl} (/metrics, /openapi.json). Data: ${dataDirectory()}. Ctrl-C stops it.\n`,
            )
            await stopped.promise
          }
          process.stderr.write('\nStopping.\n')
        } finally {
          await stack.close()
        }
      },
    )
}
