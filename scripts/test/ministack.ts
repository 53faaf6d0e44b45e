/**
 * npm run test:ministack [-- --jobs N --seed S]: the fault-injection run with MiniStack as S3 and SQS, whose conditional
 * writes are its own. Needs Python 3.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSoak } from './run-soak.ts'
import { installMinistack, startMinistack } from './servers/ministack.ts'
import { step } from './steps.ts'

const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-ministack-'))
try {
  await step('MiniStack is in .venv-aws', 120, installMinistack)
  const ministack = await step('MiniStack is up', 30, (signal) => startMinistack(folder, signal))
  try {
    await runSoak(['--aws', ministack.endpoint])
  } finally {
    await ministack.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
