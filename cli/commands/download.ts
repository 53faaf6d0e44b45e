import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { type Connection, withConnection } from '../connect.ts'

export function addDownload(program: Command): void {
  program
    .command('download')
    .description('write a model’s files into a folder, their hashes checked')
    .argument('<model>', 'a model’s id, or its name for the newest version')
    .argument('<dir>', 'the folder, made if need be')
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', '\nExample:\n  $ tensorfleet download DefaultJob_svm_iris ./model')
    .action((model: string, dir: string, options: { json?: boolean }) =>
      withConnection(false, async (connection) => {
        const files = await download(connection, await modelIdOf(connection, model), dir)
        process.stdout.write(options.json ? `${JSON.stringify({ files })}\n` : `${files.join('\n')}\n`)
      }),
    )
}

/** The id itself, or that of the newest model of the name. */
export async function modelIdOf(connection: Connection, model: string): Promise<string> {
  if (/^[0-9a-f]{24}$/.test(model)) return model
  const registry = await connection.registry()
  const newest = await registry.newestModel(model)
  if (newest === undefined) throw new Error(`The registry has no model ${model}.`)
  return newest
}

async function download({ store, bucket }: Connection, id: string, dir: string): Promise<string[]> {
  const bytes = await store.get(bucket, modelKey(id, 'manifest.json'))
  if (bytes === undefined) throw new Error(`The bucket ${bucket} has no model ${id}.`)
  const manifest = manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString()))
  await mkdir(dir, { recursive: true })
  const written = [join(dir, 'manifest.json')]
  await writeFile(written[0], bytes)
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const path = join(dir, name)
    const content = await store.get(bucket, modelKey(id, name))
    if (content === undefined) throw new Error(`The bucket ${bucket} lacks ${modelKey(id, name)}.`)
    if (createHash('sha256').update(content).digest('hex') !== sha256) {
      throw new Error(
        `${modelKey(id, name)} is not the file that was trained: its sha256 differs from the manifest's.`,
      )
    }
    await writeFile(path, content)
    written.push(path)
  }
  return written
}
