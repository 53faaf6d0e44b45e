/** Handlers for the tests of the function host. What an event asks for is in its fields, a message's in its body. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'

let invocations = 0

export async function handler(event: Record<string, unknown>, context: Context): Promise<unknown> {
  invocations++
  if (event.fail !== undefined) throw new TypeError(String(event.fail))
  if (event.die !== undefined) process.kill(process.pid, 'SIGKILL')
  if (event.hang !== undefined) await sleep(60_000)
  if (event.log !== undefined) console.log(event.log)
  return {
    pid: process.pid,
    invocations,
    event,
    requestId: context.awsRequestId,
    name: context.functionName,
    arn: context.invokedFunctionArn,
    memory: context.memoryLimitInMB,
    remaining: context.getRemainingTimeInMillis(),
    secret: process.env.TEST_SECRET,
    trace: process.env._X_AMZN_TRACE_ID,
  }
}

/** Reports the messages that say "bad" as failed. */
export async function batch(event: SQSEvent): Promise<SQSBatchResponse> {
  console.log(JSON.stringify(event))
  const failed = event.Records.filter(({ body }) => body.startsWith('bad'))
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
}

export async function throwing(event: SQSEvent): Promise<never> {
  console.log(JSON.stringify(event))
  throw new Error('It always fails.')
}

/** Dies, once what it wrote is out. */
export async function dying(event: SQSEvent): Promise<never> {
  await new Promise((written) => process.stdout.write(`${JSON.stringify(event)}\n`, written))
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

/** Says that a message failed which it never got. */
export async function confused(event: SQSEvent): Promise<SQSBatchResponse> {
  console.log(JSON.stringify(event))
  return { batchItemFailures: [{ itemIdentifier: 'another' }] }
}
