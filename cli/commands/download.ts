import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { checkedFile, readManifest } from '../../shared/models/read-model.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { type Connection, withConnection } from '../connect.ts'
import { MODEL, modelId } from '../model-id.ts'

export function addDownload(program: Command): void {
  program
    .command('download')
    .description('write a model’s files into a folder, their hashes checked')
    .argument('<model>', MODEL)
    .argument('<dir>', 'the folder, made if need be')
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', '\nExample:\n  $ tensorfleet download DefaultJob_svm_iris ./model')
    .action((model: string, dir: string, options: { json?: boolean }) =>
      withConnection(program, false, async (connection) => {
        const files = await download(connection, await modelId(connection, model), dir)
        process.stdout.write(options.json ? `${JSON.stringify({ files })}\n` : `${files.join('\n')}\n`)
      }),
    )
}

/** The manifest is written last: a folder that has one has every file of the model, as it was trained. */
async function download({ bucket }: Connection, id: string, dir: string): Promise<string[]> {
  const manifest = await readManifest(bucket, id)
  if (manifest === undefined) throw new Error(`The bucket ${bucket.name} has no model ${id}.`)
  await mkdir(dir, { recursive: true })
  for (const name of Object.keys(manifest.files)) {
    const part = join(dir, `${name}.part`)
    try {
      await pipeline(checkedFile(bucket, manifest, name), createWriteStream(part))
      await rename(part, join(dir, name))
    } finally {
      await rm(part, { force: true })
    }
  }
  await bucket.download(modelKey(id, 'manifest.json'), join(dir, 'manifest.json'))
  return ['manifest.json', ...Object.keys(manifest.files)].map((name) => join(dir, name))
}
