/**
 * npm run test:secantus [-- --jobs N --seed S]: the fault-injection run with SecantusDB (WiredTiger inside) as the
 * registry, by TLS and with a password. Needs Python 3 and openssl.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSoak } from './run-soak.ts'
import { installSecantus, startSecantus } from './servers/secantus.ts'
import { step } from './steps.ts'

const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-secantus-'))
try {
  await step('SecantusDB is in .venv-secantus', 120, installSecantus)
  const secantus = await step('SecantusDB is up', 60, (signal) => startSecantus(folder, signal))
  try {
    const { url, certificate, key } = secantus
    await runSoak(['--mongo', url, '--certificate', certificate, '--key', key])
  } finally {
    await secantus.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
