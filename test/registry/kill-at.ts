import { startTap } from '../tap.ts'

/** What every connection to MongoDB begins with, and its watch on the server: at no step of ours. */
const isHandshake = (bytes: Buffer) =>
  ['ismaster', 'isWritablePrimary', 'helloOk'].some((word) => bytes.includes(word))

/**
 * Endpoints in front of a stack's S3 and MongoDB, by which a process can be killed at its n-th step: before a request
 * reaches the server (odd steps), or when it was carried out and the reply is on its way (even steps).
 */
export async function killAt(environment: Record<string, string>) {
  let steps = 0
  let at = Number.POSITIVE_INFINITY
  let kill = () => {}
  const hear = (_: string, bytes: Buffer) => {
    if (isHandshake(bytes)) return true
    steps++
    if (steps === at) kill()
    return steps < at
  }
  const s3 = await startTap(new URL(environment.AWS_ENDPOINT_URL), hear)
  const mongo = await startTap(new URL(environment.MONGODB_URL), hear)
  return {
    environment: { ...environment, AWS_ENDPOINT_URL: s3.url, MONGODB_URL: mongo.url },
    /** Counts from here; at the n-th step `kill` is called and nothing passes any more. */
    arm(n: number, killProcess: () => void): void {
      steps = 0
      at = n
      kill = killProcess
    },
    /** Lets everything pass. Returns whether the n-th step was reached. */
    disarm(): boolean {
      const reached = steps >= at
      at = Number.POSITIVE_INFINITY
      return reached
    },
    close: () => Promise.all([s3.close(), mongo.close()]),
  }
}
