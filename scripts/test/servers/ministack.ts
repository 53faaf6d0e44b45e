/** MiniStack: a local AWS without Docker, which runs CloudFormation, Lambda, S3, SQS and the rest in one process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { killGroup, runCommand } from '../../../infra/local/run-command.ts'
import { freePort } from './free-port.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const venv = join(root, '.venv-aws')
/** boto3 is not among MiniStack's requirements, but a deploy waits for ever without it. */
const packages = ['ministack==1.5.33', 'boto3==1.43.106']

/** Puts MiniStack into `.venv-aws`, if it is not there. Throws where there is no Python 3. */
export async function installMinistack(signal: AbortSignal): Promise<void> {
  const options = { cwd: root, environment: process.env, signal }
  try {
    await runCommand('python3', ['--version'], options)
  } catch (cause) {
    throw new Error('test:aws needs Python 3 (with venv and pip): install it, then run this again.', {
      cause,
    })
  }
  await runCommand('python3', ['-m', 'venv', venv], options)
  await runCommand(join(venv, 'bin', 'pip'), ['install', '--quiet', ...packages], options)
}

export type Ministack = {
  readonly endpoint: string
  readonly logFile: string
  /** Ends it, and the functions' processes that it has started. */
  stop(): Promise<void>
}

/**
 * Starts MiniStack on a free port of 127.0.0.1, its data in memory, its log and files in `folder`.
 *
 * @param trusted the path of a certificate, in PEM, of the server that it sends events to.
 */
export async function startMinistack(
  folder: string,
  signal: AbortSignal,
  trusted?: string,
): Promise<Ministack> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const logFile = join(folder, 'ministack.log')
  // As Lambda's runtime, it has the AWS SDK for functions that bring none: CDK's own.
  const runtimePackages = join(folder, 'runtime')
  await mkdir(runtimePackages)
  await symlink(join(root, 'node_modules', '@aws-sdk'), join(runtimePackages, '@aws-sdk'))
  const child = spawn(join(venv, 'bin', 'ministack'), [], {
    cwd: folder,
    env: {
      HOME: folder,
      TMPDIR: folder,
      // The functions run on the first "node" of the path: the project's.
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
      NODE_PATH: runtimePackages,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      ...(trusted === undefined ? {} : { SSL_CERT_FILE: trusted }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const log = createWriteStream(logFile)
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM')
    const patience = setTimeout(() => killGroup(child.pid), 5000)
    await exited
    clearTimeout(patience)
    killGroup(child.pid)
    log.end()
  }
  try {
    await untilHealthy(endpoint, child, signal)
  } catch (error) {
    await stop()
    throw error
  }
  return { endpoint, logFile, stop }
}

async function untilHealthy(endpoint: string, child: ChildProcess, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    if (child.exitCode !== null) throw new Error(`MiniStack ended with code ${child.exitCode}.`)
    const isHealthy = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isHealthy) return
    await sleep(100)
  }
}
