import { startTap } from './tcp-tap.ts'

/** What every connection to MongoDB begins with, and its watch on the server: at no step of ours. */
const isHandshake = (request: Buffer) => request.includes('ismaster') || request.includes('helloOk')

/**
 * Endpoints in front of a stack's S3 and MongoDB, by which a process can be killed before its n-th request reaches the
 * server. As it makes one request after another, that is also the state in which it dies before the reply to the last.
 */
export async function killAt(environment: Record<string, string>) {
  let requests = 0
  let at = Number.POSITIVE_INFINITY
  let kill = () => {}
  const hear = (request: Buffer) => {
    if (isHandshake(request)) return true
    requests++
    if (requests === at) kill()
    return requests < at
  }
  const s3 = await startTap(new URL(environment.AWS_ENDPOINT_URL), hear)
  const mongo = await startTap(new URL(environment.MONGODB_URL), hear)
  return {
    environment: { ...environment, AWS_ENDPOINT_URL: s3.url, MONGODB_URL: mongo.url },
    /** Counts from here; at the n-th request `kill` is called and nothing passes any more. */
    arm(n: number, killProcess: () => void): void {
      requests = 0
      at = n
      kill = killProcess
    },
    /** Lets everything pass. Returns whether the n-th request came. */
    disarm(): boolean {
      const reached = requests >= at
      at = Number.POSITIVE_INFINITY
      return reached
    },
    close: () => Promise.all([s3.close(), mongo.close()]),
  }
}
