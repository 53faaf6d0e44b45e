/** Requests to the API that serves these pages. */
import { useCallback, useEffect, useState } from 'preact/hooks'

/** An answer that is no success: one sentence that says what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export async function request<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, options)
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new Refusal(0, 'The console’s server does not answer: start "tensorfleet console" again.')
  }
  const text = await response.text()
  const body = text === '' ? undefined : JSON.parse(text)
  if (!response.ok && body?.bucket === undefined) {
    throw new Refusal(response.status, body?.detail ?? body?.error ?? `The answer was ${response.status}.`)
  }
  return body
}

export function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  return request<T>(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
}

/** A path of the API, its parts encoded. */
export const apiPath = (...parts: readonly string[]) => `/api/v1/${parts.map(encodeURIComponent).join('/')}`

export type Loaded<T> = {
  readonly data: T | undefined
  readonly error: Error | undefined
  reload(): void
}

/**
 * What a path of the API answers; asked again every so many milliseconds while the page can be seen. Without a path nothing
 * is asked. A page in a tab behind another asks once, too: what is asked only once would never be there.
 *
 * @param untilFound whether there is nothing more to ask for after the first success.
 */
export function useLoaded<T>(path: string | undefined, everyMs?: number, untilFound = false): Loaded<T> {
  const [state, setState] = useState<{ path?: string; data?: T; error?: Error }>({})
  const [asked, setAsked] = useState(0)
  const reload = useCallback(() => setAsked((times) => times + 1), [])
  useEffect(() => {
    if (path === undefined) return
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let isAnswered = false
    const ask = async () => {
      try {
        if (!document.hidden || !isAnswered) {
          const data = await request<T>(path, { signal: ended.signal })
          if (!ended.signal.aborted) setState({ path, data })
          isAnswered = true
          if (untilFound) return
        }
      } catch (error) {
        if (ended.signal.aborted) return
        const shown = error instanceof Error ? error : new Error(String(error))
        setState((before) => ({ ...(before.path === path ? before : {}), path, error: shown }))
      }
      if (everyMs !== undefined && !ended.signal.aborted) timer = setTimeout(ask, everyMs)
    }
    void ask()
    return () => {
      ended.abort()
      clearTimeout(timer)
    }
  }, [path, everyMs, untilFound, asked])
  const isCurrent = state.path === path
  return { data: isCurrent ? state.data : undefined, error: isCurrent ? state.error : undefined, reload }
}
