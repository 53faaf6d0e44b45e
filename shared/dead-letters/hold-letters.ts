/** Looking into the dead-letter queue: nobody else sees the letters meanwhile. */
import {
  ChangeMessageVisibilityCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

/** Seconds for which the letters are held; should this process die, they are back after that. */
const HOLD_SECONDS = 120

/**
 * Receives the letters of a queue, by their message ids.
 *
 * @param limit ends the receiving when there are as many; all of them by default.
 */
export async function holdLetters(
  sqs: SQSClient,
  url: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<Map<string, Message>> {
  const all = new Map<string, Message>()
  while (all.size < limit) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        // A long poll asks all of the queue's servers.
        WaitTimeSeconds: 1,
        VisibilityTimeout: HOLD_SECONDS,
        MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId'],
        MessageAttributeNames: ['All'],
      }),
    )
    if (Messages.length === 0) break
    for (const message of Messages) all.set(message.MessageId ?? '', message)
  }
  return all
}

/** Makes letters that were held visible again. */
export async function giveBack(sqs: SQSClient, url: string, messages: Iterable<Message>): Promise<void> {
  for (const { ReceiptHandle } of messages) {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }))
  }
}
