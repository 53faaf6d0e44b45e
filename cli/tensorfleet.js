#!/usr/bin/env node
// The command runs on the Node that the project brings (24); an older one hands over to it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  // Who reads the output may stop before its end, as `| head` does.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  const { startedFile } = await import('../local/started-files.ts')
  await import(pathToFileURL(startedFile('tensorfleet')).href)
} else if (existsSync(own)) {
  const script = fileURLToPath(import.meta.url)
  // Ctrl-C reaches the child by itself; this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
  const { status } = spawnSync(own, [script, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  process.stderr.write(
    `tensorfleet needs Node 24 (this is ${process.version}): run "npm ci" in its folder, which brings it.\n`,
  )
  process.exitCode = 2
}
