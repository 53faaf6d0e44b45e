import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { consoleFolder } from '../../local/api/console-pages.ts'
import { jobLogs, logsOf } from '../../local/job-logs.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { type Connection, dataDirectory, withConnection } from '../connect.ts'
import { openInBrowser } from '../open-in-browser.ts'
import { UsageError } from '../usage-error.ts'

type Options = { port: number; open: boolean }

const root = join(import.meta.dirname, '..', '..')

export function addConsole(program: Command): void {
  program
    .command('console')
    .description('open the pages to look at jobs and models, train and predict, until Ctrl-C')
    .option('--port <n>', 'port on 127.0.0.1 (default: a free one)', Number, 0)
    .option('--no-open', 'print the address only; it is opened only where a person looks at a terminal')
    .addHelpText(
      'after',
      `
Examples:
  $ tensorfleet console
  $ tensorfleet --stack TensorFleet console
With --stack the pages work on the deployed worker with your own AWS credentials; nothing is made public.`,
    )
    .action(async (options: Options) => {
      if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65535)
        throw new UsageError('--port takes a whole number from 0 to 65535.')
      await buildPages()
      await withConnection(program, true, (connection) =>
        serve(connection, options, program.opts<{ stack?: string }>().stack),
      )
    })
}

/** @param stack the name of a deployed worker. */
async function serve(
  connection: Connection,
  { port, open }: Options,
  stack: string | undefined,
): Promise<void> {
  const { serveApi } = await import('../../local/api/serve-api.ts')
  await using resources = new AsyncDisposableStack()
  // The samples, so that there is something to train on.
  await connection.ownStack?.seed()
  const { bucket, registry, aws, queueUrl, isLocal } = connection
  const address = await serveApi(
    { port, isFixed: port !== 0 },
    {
      bucket,
      registry,
      aws,
      queueUrl,
      ...(isLocal ? { logs: (jobId: string) => jobLogs(logsOf(dataDirectory()), jobId) } : {}),
      ...(stack === undefined ? {} : { logs: await deployedLogs(stack, bucket, resources) }),
      onError: (error) =>
        process.stderr.write(`tensorfleet: ${error instanceof Error ? error.message : String(error)}\n`),
    },
    resources,
  )
  const url = `${address}/console/`
  process.stdout.write(`${url}\n`)
  process.stderr.write('Ctrl-C stops it.\n')
  if (open && process.stdout.isTTY) openInBrowser(url)
  await new Promise(() => undefined)
}

async function deployedLogs(stack: string, bucket: Bucket, resources: AsyncDisposableStack) {
  const { stackLogs } = await import('../stack-logs.ts')
  return resources.adopt(stackLogs(stack, bucket), (logs) => logs.close()).read
}

/** Builds the pages where they are missing or older than their sources. */
async function buildPages(): Promise<void> {
  const index = join(consoleFolder, 'index.html')
  const sources = globSync('console/**/*', { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs)
  if (existsSync(index) && statSync(index).mtimeMs >= Math.max(...sources)) return
  process.stderr.write('Building the console’s pages …\n')
  const { build } = await import('vite')
  await build({ configFile: join(root, 'console', 'vite.config.ts'), logLevel: 'warn' })
}
