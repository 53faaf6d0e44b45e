/** Requests to the HTTP API of a stack. */
import type { TestStack } from './stack.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  /** Parsed, where it is JSON. */
  readonly body: Record<string, unknown>
}
export type Call = (method: string, path: string, body?: unknown, headers?: HeadersInit) => Promise<Answer>

/** @param worker that is started by the time of the first request. */
export function apiClient(worker: () => TestStack): Call {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${worker().stack.apiUrl}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
  }
}
