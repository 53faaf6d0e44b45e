/**
 * The program of a function's process: the client side of the Lambda runtime API. It loads the handler that
 * `_HANDLER` names (a path from LAMBDA_TASK_ROOT, without its ending, then `.` and the export), asks for invocations
 * and answers them.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

// With the compile cache, later processes of the function start in half the time.
enableCompileCache()

type Handler = (event: unknown, context: object) => unknown

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`
const agent = new Agent({ keepAlive: true })

/**
 * A call of the runtime API. Not by fetch, which gives up on an answer after five minutes: an invocation may be hours
 * away.
 */
async function call(method: 'GET' | 'POST', path: string, body?: string) {
  const sent = request(`${api}/${path}`, { method, agent })
  sent.end(body)
  const [response]: IncomingMessage[] = await once(sent, 'response')
  return { headers: response.headers, body: await text(response) }
}

async function post(path: string, body: unknown): Promise<void> {
  await call('POST', path, JSON.stringify(body ?? null))
}

function described(error: unknown) {
  if (!(error instanceof Error)) return { errorType: 'Error', errorMessage: String(error), stackTrace: [] }
  return { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] }
}

async function loadHandler(): Promise<Handler> {
  const name = process.env._HANDLER ?? ''
  const dot = name.lastIndexOf('.')
  const path = join(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), name.slice(0, dot))
  const file = ['.mjs', '.js', '.ts'].map((ending) => path + ending).find(existsSync)
  if (file === undefined) throw new Error(`There is no handler file ${path}.`)
  const module: Record<string, unknown> = await import(pathToFileURL(file).href)
  const handler = module[name.slice(dot + 1)]
  if (typeof handler !== 'function') throw new Error(`${file} exports no function ${name.slice(dot + 1)}.`)
  return (event, context) => handler(event, context)
}

async function serve(handler: Handler): Promise<never> {
  for (;;) {
    const invocation = await call('GET', 'invocation/next')
    const event: unknown = JSON.parse(invocation.body)
    const header = (name: string) => String(invocation.headers[`lambda-runtime-${name}`])
    const awsRequestId = header('aws-request-id')
    const deadline = Number(header('deadline-ms'))
    process.env._X_AMZN_TRACE_ID = header('trace-id')
    const context = {
      awsRequestId,
      callbackWaitsForEmptyEventLoop: false,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: '$LATEST',
      invokedFunctionArn: header('invoked-function-arn'),
      logGroupName: `/aws/lambda/${process.env.AWS_LAMBDA_FUNCTION_NAME}`,
      logStreamName: 'local',
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    }
    try {
      await post(`invocation/${awsRequestId}/response`, await handler(event, context))
    } catch (error) {
      await post(`invocation/${awsRequestId}/error`, described(error))
    }
  }
}

process.on('disconnect', () => process.exit(0))
try {
  await serve(await loadHandler())
} catch (error) {
  await post('init/error', described(error))
  throw error
}
