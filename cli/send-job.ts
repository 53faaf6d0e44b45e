import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { findFailure } from '../shared/job-store/failure.ts'
import { outcomeId } from '../shared/jobs/parse-message.ts'
import type { Connection } from './connect.ts'
import { printResult } from './print-result.ts'
import { UsageError } from './usage-error.ts'
import { waitForResult } from './wait-for-result.ts'

/** Maximum length of a message in SQS. */
const MESSAGE_BYTES = 2 ** 20

/** Sends a job's message and, unless `--no-wait` is given, waits for its result and prints it. */
export async function sendJob(
  connection: Connection,
  body: string,
  options: { wait: boolean; json: boolean },
): Promise<void> {
  const bytes = Buffer.byteLength(body)
  if (bytes > MESSAGE_BYTES) {
    throw new UsageError(
      `The message has ${bytes} bytes, and SQS takes ${MESSAGE_BYTES} at most: name the columns that are dropped instead of those that are features, or shorten its lists.`,
    )
  }
  const jobId = outcomeId(body)
  const earlier = options.wait ? await findFailure(connection.bucket, jobId) : undefined
  const sqs = new SQSClient(connection.aws)
  try {
    await sqs.send(new SendMessageCommand({ QueueUrl: connection.queueUrl, MessageBody: body }))
  } finally {
    sqs.destroy()
  }
  if (options.wait) {
    const result = await waitForResult(connection, jobId, { earlier, json: options.json })
    await connection.ownStack?.register(jobId)
    printResult(result, options.json)
    return
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ job_id: jobId, status: 'queued' })}\n`)
  else process.stdout.write(`Job ${jobId} is queued: "tensorfleet jobs ${jobId}" shows how it goes.\n`)
  if (connection.ownStack !== undefined) {
    process.stderr.write('No worker runs here: the job starts when "tensorfleet local" does.\n')
  }
}
