import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'

/** SQS takes up to this many messages in one request. */
const BATCH = 10

/**
 * Sends messages to a queue, in batches.
 *
 * @param group their MessageGroupId. On a standard queue it names whose they are: who sends many does not keep others waiting.
 * @throws when SQS did not take one of them; some may have been sent.
 */
export async function sendMessages(
  sqs: SQSClient,
  queueUrl: string,
  bodies: readonly string[],
  group?: string,
): Promise<void> {
  for (let from = 0; from < bodies.length; from += BATCH) {
    const { Failed: [first] = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: bodies.slice(from, from + BATCH).map((MessageBody, k) => ({
          Id: String(k),
          MessageBody,
          ...(group === undefined ? {} : { MessageGroupId: group }),
        })),
      }),
    )
    if (first !== undefined) throw new Error(`SQS did not take a message (${first.Code}: ${first.Message}).`)
  }
}
