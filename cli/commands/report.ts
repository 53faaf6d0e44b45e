import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { readReport } from '../../shared/models/store-report.ts'
import { withConnection } from '../connect.ts'
import { MODEL, modelId } from '../model-id.ts'
import { openInBrowser } from '../open-in-browser.ts'
import { print } from '../output.ts'

type Options = { out?: string; open: boolean; json?: boolean }

export function addReport(program: Command): void {
  program
    .command('report')
    .description('write a model’s report, one HTML file, and open it')
    .argument('<model>', MODEL)
    .option('-o, --out <file>', 'where to write it (default: report-ID.html here)')
    .option('--no-open', 'do not open it; it is opened only where a person looks at a terminal')
    .option('--json', 'print JSON and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tensorfleet report DefaultJob_svm_iris\n  $ tensorfleet report 65f1c0ffee65f1c0ffee65f1 --out svm.html --no-open',
    )
    .action((model: string, options: Options) =>
      withConnection(program, false, async (connection) => {
        const { bucket } = connection
        const id = await modelId(connection, model)
        const file = resolve(options.out ?? `report-${id}.html`)
        await writeFile(file, await readReport(bucket, id))
        print(options.json, { model_id: id, file }, `${file}\n`)
        if (options.open && !options.json && process.stdout.isTTY) openInBrowser(pathToFileURL(file).href)
      }),
    )
}
