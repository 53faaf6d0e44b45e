/** Limits of requests: the bytes of a body, its content type, and the time until the answer begins. */
import type { Context, MiddlewareHandler } from 'hono'
import { ApiError } from './problem.ts'

/** Of a body that is too large so much is read and dropped: a client that still sends would not see the answer. */
const DROPPED_BYTES = 2 ** 20

/** The body as it arrives, ended by an ApiError once it is larger than the limit. */
export async function* limitedBody(c: Context, maxBytes: number, remedy = ''): AsyncGenerator<Buffer> {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes + DROPPED_BYTES) throw tooLarge(maxBytes, remedy)
  const { body } = c.req.raw
  if (body === null) return
  let bytes = 0
  const reader = body.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      bytes += read.value.length
      if (bytes > maxBytes + DROPPED_BYTES) break
      if (bytes <= maxBytes) yield Buffer.from(read.value)
    }
    if (bytes > maxBytes) throw tooLarge(maxBytes, remedy)
  } finally {
    await reader.cancel()
  }
}

/** Reads the body into memory, and refuses one that is larger than the limit: the route's own parser then finds it there. */
export function bodyLimit(maxBytes: number): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.raw.body !== null && !['GET', 'HEAD'].includes(c.req.method)) {
      const body = Buffer.concat(await Array.fromAsync(limitedBody(c, maxBytes)))
      c.req.raw = new Request(c.req.url, { method: c.req.method, headers: c.req.raw.headers, body })
    }
    await next()
  }
}

const tooLarge = (maxBytes: number, remedy: string) =>
  new ApiError(
    'body_too_large',
    `The body is larger than ${maxBytes} bytes, the limit of this route.${remedy}`,
  )

/**
 * Refuses bodies of other types. Pages of other sites can send some types without being asked (text/plain, forms), and none
 * of these are taken anywhere.
 */
export function contentTypes(...allowed: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const type = (c.req.header('content-type') ?? '').split(';')[0].trim().toLowerCase()
    if (!['GET', 'HEAD', 'DELETE'].includes(c.req.method) && !allowed.includes(type)) {
      throw new ApiError(
        'unsupported_media_type',
        `The body is ${type === '' ? 'of no content type' : JSON.stringify(type)}: send ${allowed.join(' or ')}.`,
      )
    }
    await next()
  }
}

/** Bytes as the body of an answer. An error ends the connection, so that the client sees that bytes are missing. */
export function streamOf(pieces: AsyncGenerator<Buffer>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

/** Answers that the stores are slow once a request takes too long. What was begun goes on and ends by itself. */
export function timeLimit(milliseconds: number): MiddlewareHandler {
  return async (_, next) => {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new ApiError('unavailable', `No answer within ${milliseconds / 1000} s: try again.`)),
      milliseconds,
    )
    try {
      await Promise.race([next(), promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
