import type { Command } from 'commander'
import { withModelStores } from '../model-stores.ts'
import { print, table } from '../output.ts'

export function addRegistry(program: Command): void {
  const registry = program
    .command('registry')
    .description('verify MongoDB against the bucket, or rebuild it')
    .addHelpText('after', '\nExamples:\n  $ tensorfleet registry verify\n  $ tensorfleet registry rebuild')
  registry
    .command('rebuild')
    .description('rebuild the registry from the bucket: models, tags, aliases, jobs, sample datasets')
    .option('--json', 'print JSON and nothing else')
    .addHelpText(
      'after',
      `
Example:
  $ tensorfleet registry rebuild

What is there already is written again; what the bucket does not know is left alone.`,
    )
    .action((options: { json?: boolean }) =>
      withModelStores(program, async (stores) => {
        const { rebuildRegistry } = await import('../../shared/registry/rebuild.ts')
        const { reseedDatasets } = await import('../../shared/datasets/seed.ts')
        const { jobs, aliases, failures } = await rebuildRegistry(stores)
        const datasets = await reseedDatasets(stores)
        const text = `Registered: jobs ${jobs}, aliases ${aliases}, sample datasets ${datasets.length}.\n`
        print(options.json, { jobs, aliases, datasets, failures }, text)
        for (const { job_id, error } of failures) process.stderr.write(`Job ${job_id}: ${error}\n`)
        if (failures.length > 0) process.exitCode = 1
      }),
    )
  registry
    .command('verify')
    .description('check that bucket and registry agree and that every sha256 holds; exit code 1 if not')
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', '\nExample:\n  $ tensorfleet registry verify --json')
    .action((options: { json?: boolean }) =>
      withModelStores(program, async (stores) => {
        const { verifyRegistry } = await import('../../shared/registry/verify.ts')
        const verified = await verifyRegistry(stores)
        const { models, jobs, aliases, findings } = verified
        const counts = `Looked at: models ${models}, jobs ${jobs}, aliases ${aliases}. Findings: ${findings.length === 0 ? 'none' : findings.length}.\n`
        const rows = findings.map(({ about, problem }) => [about, problem])
        print(options.json, verified, `${table(rows)}${counts}`)
        if (findings.length > 0) process.exitCode = 1
      }),
    )
}
