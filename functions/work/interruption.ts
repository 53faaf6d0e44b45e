/** SIGTERM or SIGINT: the machine will be stopped (Spot, a deployment, a scale-in), or somebody pressed Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises'

export type Interruption = {
  readonly signal: AbortSignal
  /** The time of the signal by performance.now(); Infinity before it. */
  at(): number
}

/** ECS, Batch and Kubernetes send SIGKILL 30 s after SIGTERM by default. */
const GRACE_MS = 27_000

/** A second signal ends the process at once. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  let at = Number.POSITIVE_INFINITY
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      at = Math.min(at, performance.now())
      controller.abort()
    })
  }
  return { signal: controller.signal, at: () => at }
}

/** @returns the result of the work; 'cut off' if it has not ended shortly before the process is killed. */
export async function untilCutOff<Outcome>(
  work: Promise<Outcome>,
  { signal }: Pick<Interruption, 'signal'>,
): Promise<Outcome | 'cut off'> {
  const interrupted = Promise.withResolvers<void>()
  const onAbort = () => interrupted.resolve()
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort)
  try {
    const cutOff = interrupted.promise.then(() => sleep(GRACE_MS, 'cut off' as const, { ref: false }))
    return await Promise.race([work, cutOff])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
