/**
 * npm run test:api: Schemathesis sends generated requests to the HTTP API of a whole stack and compares each answer with
 * the OpenAPI document: no 5xx, no status, content type or body that is not documented. Needs Python 3.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../infra/local/run-command.ts'
import { startStack } from '../../local/stack.ts'
import { step } from './steps.ts'

const SCHEMATHESIS = 'schemathesis==4.32.5'
const root = join(import.meta.dirname, '..', '..')
const venv = join(root, '.venv-api')
const st = join(venv, 'bin', 'st')

const run = (command: string, args: readonly string[], signal: AbortSignal) =>
  runCommand(command, args, { cwd: root, environment: process.env, signal })

const CONFORMANCE = 'status_code_conformance,content_type_conformance,response_schema_conformance'

const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-api-'))
try {
  await step('Schemathesis is in .venv-api', 180, async (signal) => {
    await run('python3', ['-m', 'venv', venv], signal)
    await run(join(venv, 'bin', 'pip'), ['install', '--quiet', SCHEMATHESIS], signal)
  })
  const stack = await step('the stack is up', 60, () =>
    startStack({
      directory: folder,
      api: { port: 0, limits: { waitMs: 3000, requestsPerSecond: 10_000, burst: 10_000 } },
    }),
  )
  try {
    const url = stack.apiUrl ?? ''
    await step('a model is trained', 60, async (signal) => {
      await stack.seed()
      const job = { job_id: 'known', algorithm: 'decision_tree', dataset_path: 'iris', model_name: 'known' }
      await fetch(`${url}/train`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(job),
        signal,
      })
    })
    const common = ['--generation-deterministic', '--no-color']
    await step('no answer is a 5xx or undocumented', 75, async (signal) => {
      const checks = ['--checks', `not_a_server_error,${CONFORMANCE}`, '--max-examples', '15']
      const options = [
        '--exclude-path',
        '/train',
        '--phases',
        'examples,coverage,fuzzing',
        '--max-time',
        '45',
      ]
      console.log(
        tail(await run(st, ['run', `${url}/openapi.json`, ...checks, ...options, ...common], signal)),
      )
    })
    // A failed job is a 500 there, as in the original.
    await step('POST /train answers as documented', 40, async (signal) => {
      const options = ['--include-path', '/train', '--max-examples', '10', '--max-time', '10']
      const args = ['run', `${url}/openapi.json`, '--checks', CONFORMANCE, ...options, ...common]
      console.log(tail(await run(st, args, signal)))
    })
  } finally {
    await stack.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-18).join('\n')
}
