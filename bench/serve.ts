/**
 * npm run bench:serve: predictions of one row over HTTP, beside MLflow's own server with scikit-learn's same forest, one
 * after the other in rounds: few a second, which both keep up with, and many. The time of a request counts from when it was due, so that a server that falls behind
 * is seen to. MLflow comes into a venv in the system's temporary folder, which is made the first time.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../scripts/test/servers/free-port.ts'
import { iris } from '../shared/datasets/samples/iris.ts'
import { markdownTable, milliseconds, ratio } from './markdown-table.ts'
import { median } from './median.ts'

const RATES = [20, 40, 200]
const SECONDS = 5
const ROUNDS = 2
const packages = ['mlflow==3.17.2', 'scikit-learn==1.9.1']

const root = join(import.meta.dirname, '..')
const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-serve-'))
const [header, first] = iris.split('\n')
const columns = header.split(',').slice(0, -1)
const values = first.split(',').slice(0, -1).map(Number)
const row = Object.fromEntries(columns.map((column, j) => [column, values[j]]))
const agent = new Agent({ keepAlive: true })

type Server = { readonly url: string; readonly body: string; readonly process: ChildProcess }

async function startOurs(): Promise<Server> {
  const worker = spawn(process.execPath, [join(root, 'cli', 'tensorfleet.js'), 'local', '--quiet'], {
    env: { ...process.env, TENSORFLEET_DIRECTORY: join(folder, 'data'), METRICS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let url = ''
  for await (const line of createInterface(worker.stdout)) {
    url = /^export TENSORFLEET_API_URL='(.*)'$/.exec(line)?.[1] ?? ''
    if (url !== '') break
  }
  const job = { job_id: 'served', algorithm: 'random_forest', dataset_path: 'iris', model_name: 'served' }
  const trained = await fetch(`${url}/train`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(job),
  })
  if (!trained.ok) throw new Error(await trained.text())
  const body = JSON.stringify({ rows: [row] })
  return { url: `${url}/api/v1/models/served/predictions`, body, process: worker }
}

async function startPeer(): Promise<Server> {
  const venv = join(tmpdir(), 'tensorfleet-mlflow')
  const python = join(venv, 'bin', 'python')
  if (!existsSync(join(venv, 'bin', 'mlflow'))) {
    process.stderr.write('Making the venv of MLflow, which takes some minutes.\n')
    execFileSync('python3', ['-m', 'venv', venv])
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' })
  }
  const csv = join(folder, 'iris.csv')
  await writeFile(csv, iris)
  const model = join(folder, 'model')
  execFileSync(python, [join(import.meta.dirname, 'peers', 'serve_model.py'), csv, model], {
    stdio: 'inherit',
  })
  const port = await freePort()
  const server = spawn(
    join(venv, 'bin', 'mlflow'),
    ['models', 'serve', '-m', model, '--env-manager', 'local', '-h', '127.0.0.1', '-p', String(port)],
    {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, PATH: `${join(venv, 'bin')}:${process.env.PATH}` },
    },
  )
  const body = JSON.stringify({ dataframe_split: { columns, data: [values] } })
  return { url: `http://127.0.0.1:${port}/invocations`, body, process: server }
}

/** Posts once. Returns the status. */
function post({ url, body }: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function untilAnswers(server: Server): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if ((await post(server).catch(() => 0)) === 200) return
    await sleep(200)
  }
  throw new Error(`${server.url} does not answer.`)
}

/** Sorted seconds from when each request was due to its answer, and requests a second until the last answer. */
async function measure(server: Server, rate: number) {
  const begin = performance.now() + 50
  const took: number[] = []
  const all = Array.from({ length: rate * SECONDS }, async (_, i) => {
    const due = begin + (i * 1000) / rate
    await sleep(Math.max(0, due - performance.now()))
    const status = await post(server)
    if (status !== 200) throw new Error(`${server.url} answered ${status}.`)
    took.push((performance.now() - due) / 1000)
  })
  await Promise.all(all)
  const seconds = (performance.now() - begin) / 1000
  return { took: took.toSorted((a, b) => a - b), aSecond: all.length / seconds }
}

const servers: Server[] = []
try {
  servers.push(await startOurs(), await startPeer())
  for (const server of servers) {
    await untilAnswers(server)
    await measure(server, RATES[0])
  }
  const print = markdownTable(
    [
      'requests a second',
      'ours: p50, ms',
      'p99, ms',
      'MLflow: p50, ms',
      'p99, ms',
      'answered',
      'ratio of p99',
      'target',
    ],
    console.log,
  )
  for (const rate of RATES) {
    const rounds: Awaited<ReturnType<typeof measure>>[][] = [[], []]
    for (let round = 0; round < ROUNDS; round++)
      for (const [i, server] of servers.entries()) rounds[i].push(await measure(server, rate))
    const [ours, peer] = rounds.map((measured) => {
      const at = (share: number) =>
        median(measured.map(({ took }) => took[Math.ceil(share * took.length) - 1]))
      return { p50: at(0.5), p99: at(0.99), aSecond: median(measured.map(({ aSecond }) => aSecond)) }
    })
    const answered = [ours, peer].map(({ aSecond }) => aSecond.toFixed(0)).join(', ')
    const [p50, p99] = [milliseconds(ours.p50), milliseconds(ours.p99)]
    const theirs = [milliseconds(peer.p50), milliseconds(peer.p99)]
    print([rate, p50, p99, ...theirs, answered, ratio(ours.p99, peer.p99), '≤ 0.3'])
  }
} finally {
  for (const { process: child } of servers) {
    // MLflow's server is a child of its command.
    if (child.pid !== undefined && child.spawnargs[0].endsWith('mlflow')) process.kill(-child.pid, 'SIGTERM')
    else child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  agent.destroy()
  await rm(folder, { recursive: true, force: true })
}
