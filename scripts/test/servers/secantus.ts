/** SecantusDB: a MongoDB server with WiredTiger inside, here by TLS and with a user and a password. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { runCommand } from '../../../infra/local/run-command.ts'
import { makeCertificate } from './certificate.ts'
import { freePort } from './free-port.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const venv = join(root, '.venv-secantus')

/** Puts SecantusDB into `.venv-secantus`, if it is not there. Throws where there is no Python 3. */
export async function installSecantus(signal: AbortSignal): Promise<void> {
  const options = { cwd: root, environment: process.env, signal }
  try {
    await runCommand('python3', ['--version'], options)
  } catch (cause) {
    throw new Error('test:secantus needs Python 3 (with venv and pip): install it, then run this again.', {
      cause,
    })
  }
  await runCommand('python3', ['-m', 'venv', venv], options)
  await runCommand(join(venv, 'bin', 'pip'), ['install', '--quiet', 'SecantusDB==0.7.0b3'], options)
}

export type Secantus = {
  /** With the user's name and password. */
  readonly url: string
  /** PEM files. */
  readonly certificate: string
  readonly key: string
  stop(): Promise<void>
}

/** Starts SecantusDB on a free port of 127.0.0.1, its data, certificate and key in `folder`. Needs openssl. */
export async function startSecantus(folder: string, signal: AbortSignal): Promise<Secantus> {
  const { certificate, key } = await makeCertificate(folder, signal)
  const port = await freePort()
  const password = randomBytes(16).toString('hex')
  const options = `tls=true&tlsCAFile=${certificate}`
  const anonymous = `mongodb://127.0.0.1:${port}/?${options}`
  const url = `mongodb://worker:${password}@127.0.0.1:${port}/?${options}&authSource=admin`
  const start = (...more: string[]) => {
    const address = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', join(folder, 'data')]
    const tls = ['--tls-cert-file', certificate, '--tls-key-file', key]
    const args = ['--standalone', '--log-level', 'ERROR', ...address, ...tls, ...more]
    return spawn(join(venv, 'bin', 'secantusd-py'), args, { stdio: 'inherit' })
  }

  // A user can only be made before the server asks for one.
  const open = start()
  try {
    await untilReady(anonymous, open, signal, (client) =>
      client.db('admin').command({
        createUser: 'worker',
        pwd: password,
        roles: [{ role: 'readWriteAnyDatabase', db: 'admin' }],
      }),
    )
  } finally {
    await end(open)
  }
  const guarded = start('--auth')
  try {
    await untilReady(url, guarded, signal, (client) => client.db('admin').command({ ping: 1 }))
  } catch (error) {
    await end(guarded)
    throw error
  }
  return { url, certificate, key, stop: () => end(guarded) }
}

/** Connects as soon as the server takes connections, and does `work`. */
async function untilReady(
  url: string,
  server: ChildProcess,
  signal: AbortSignal,
  work: (client: MongoClient) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    if (server.exitCode !== null) throw new Error(`SecantusDB ended with code ${server.exitCode}.`)
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 500 })
    try {
      await client.connect()
      await work(client)
      return
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'MongoServerSelectionError') throw error
    } finally {
      await client.close()
    }
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGTERM')
  await exited
}
