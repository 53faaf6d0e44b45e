import { connect, createServer, type Socket } from 'node:net'

/**
 * A TCP proxy on 127.0.0.1 in front of a server, that hears of every request (what a client sends behind a reply, or
 * first) before it is passed on. A request that `hear` answers false to is held back for good.
 */
export async function startTap(target: URL, hear: (request: Buffer) => boolean) {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let isRequest = true
    client.on('data', (bytes) => {
      const passes = !isRequest || hear(bytes)
      isRequest = false
      if (passes) upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      isRequest = true
      client.write(bytes)
    })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.end()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The tap has no port.')
  const url = new URL(target)
  url.port = String(address.port)
  return {
    /** The target's URL, by way of the tap. */
    url: url.href.replace(/\/$/, ''),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
