import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

const TELL_EVERY_MS = 10_000

/** The queue of jobs and its dead-letter queue. */
export class Queues {
  /** Dead letters that were sent again. */
  redriven = 0
  readonly #sqs: SQSClient
  readonly #jobs: string
  readonly #deadLetters: string

  constructor(sqs: SQSClient, jobQueueUrl: string, deadLetterQueueUrl: string) {
    this.#sqs = sqs
    this.#jobs = jobQueueUrl
    this.#deadLetters = deadLetterQueueUrl
  }

  async send(body: string | undefined): Promise<void> {
    await this.#sqs.send(new SendMessageCommand({ QueueUrl: this.#jobs, MessageBody: body }))
  }

  async areEmpty(): Promise<boolean> {
    return (await this.#messagesIn(this.#jobs)) + (await this.#messagesIn(this.#deadLetters)) === 0
  }

  /** Resolves when no message is left, neither in the queue nor among the dead letters, which are sent again. */
  async drained(tell: (messagesLeft: number) => void, beforeRedrive: () => Promise<void>): Promise<void> {
    let told = performance.now()
    for (let empty = 0; empty < 2; ) {
      await sleep(250)
      const dead = await this.#messagesIn(this.#deadLetters)
      if (dead > 0) {
        await beforeRedrive()
        await this.#redrive()
      }
      // A sweep that was killed holds dead letters for some time.
      const left = dead + (await this.#messagesIn(this.#jobs))
      empty = left === 0 ? empty + 1 : 0
      if (performance.now() - told < TELL_EVERY_MS) continue
      told = performance.now()
      tell(left)
    }
  }

  async #messagesIn(QueueUrl: string): Promise<number> {
    const { Attributes } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    )
    return (
      Number(Attributes?.ApproximateNumberOfMessages) +
      Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
    )
  }

  /** What an operator does once an outage is over: sends the dead letters again. */
  async #redrive(): Promise<void> {
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.#deadLetters, MaxNumberOfMessages: 10 }),
      )
      if (Messages.length === 0) return
      for (const { Body, ReceiptHandle } of Messages) {
        await this.send(Body)
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#deadLetters, ReceiptHandle }))
        this.redriven++
      }
    }
  }
}
