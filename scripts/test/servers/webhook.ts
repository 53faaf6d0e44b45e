import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { makeCertificate } from './certificate.ts'

export type Webhook = {
  readonly url: string
  /** The path of its certificate, in PEM. */
  readonly certificate: string
  /** What was posted there. */
  readonly received: readonly { readonly headers: IncomingHttpHeaders; readonly body: string }[]
  stop(): void
}

/** A receiver of events on a free port of 127.0.0.1, by HTTPS, as EventBridge asks for. */
export async function startWebhook(folder: string, signal: AbortSignal): Promise<Webhook> {
  const { certificate, key } = await makeCertificate(folder, signal)
  const received: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer(
    { cert: await readFile(certificate), key: await readFile(key) },
    async (request, response) => {
      received.push({ headers: request.headers, body: await text(request) })
      response.end()
    },
  )
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The webhook has no port.')
  return {
    url: `https://127.0.0.1:${address.port}/events`,
    certificate,
    received,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
