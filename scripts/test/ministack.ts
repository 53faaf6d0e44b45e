/**
 * npm run test:ministack [-- --jobs N --seed S]: the fault-injection run with MiniStack as S3 and SQS, whose conditional
 * writes are its own. Needs Python 3.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installMinistack, startMinistack } from './servers/ministack.ts'
import { step } from './steps.ts'

const given = process.argv.slice(2)
const jobs = given.includes('--jobs') ? [] : ['--jobs', '60']
const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-ministack-'))
try {
  await step('MiniStack is in .venv-aws', 120, installMinistack)
  const ministack = await step('MiniStack is up', 30, (signal) => startMinistack(folder, signal))
  try {
    const soak = ['test/system/faults/soak.ts', ...jobs, ...given, '--aws', ministack.endpoint]
    const run = spawn(process.execPath, soak, { stdio: 'inherit' })
    const [code] = await once(run, 'exit')
    process.exitCode = code ?? 1
  } finally {
    await ministack.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
