/** SIGTERM or SIGINT: the machine will be stopped (Spot, a deployment, a scale-in), or somebody pressed Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises'

export type Interruption = {
  readonly signal: AbortSignal
  /** When it came, by performance.now(); infinite before that. */
  at(): number
}

/** From the signal to SIGKILL are 30 s in ECS, Batch and Kubernetes, unless somebody asks for more. */
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

/** @returns what the work ends in; 'cut off' where it has not ended when the process will be killed. */
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
