import { isAuthenticationError } from './is-retryable.ts'
import type { Registry } from './registry.ts'

/** Does some work with the registry. */
export type UseRegistry = <T>(work: (registry: Registry) => Promise<T>) => Promise<T>

/**
 * Keeps the connection to the registry, which is made when it is first needed. When MongoDB refuses its password or
 * credentials, as after a rotation, it is made anew and the work is done again, once. So the work must be repeatable.
 *
 * @param connect is told whether MongoDB has refused the connection before.
 */
export function cachedRegistry(connect: (isRenewal: boolean) => Promise<Registry>): UseRegistry {
  let kept: Promise<Registry> | undefined
  function open(isRenewal: boolean): Promise<Registry> {
    const opened = kept ?? connect(isRenewal)
    kept = opened
    opened.catch(() => drop(opened))
    return opened
  }
  function drop(opened: Promise<Registry>): void {
    if (kept === opened) kept = undefined
  }
  return async (work) => {
    const opened = open(false)
    try {
      return await work(await opened)
    } catch (error) {
      if (!isAuthenticationError(error)) throw error
      drop(opened)
      await opened.then(
        (registry) => registry.close(),
        () => undefined,
      )
      return work(await open(true))
    }
  }
}
