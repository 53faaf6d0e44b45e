import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import type { EndedPhase } from './phases.ts'

export type PhaseTrace = {
  /** Sends a step as a subsegment of the invocation's trace. */
  readonly send: (ended: EndedPhase) => void
  /** Resolves when everything has been sent: afterwards the process may be frozen. */
  sent(): Promise<unknown>
}

let socket: Socket | undefined

/**
 * Adds the steps of a job to the trace of its invocation, through the X-Ray daemon that Lambda runs beside a function;
 * undefined where there is no daemon, or where this invocation is not sampled. It speaks the daemon's protocol itself,
 * because the X-Ray SDK takes 0.1 s to load and hooks into every promise. A failed step has its error's name, not its
 * message, which may quote the data.
 *
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 *
 * @param annotations by which traces can be searched.
 * @param onError is called for a step that could not be sent; the job goes on.
 */
export function phaseTrace(
  env: Readonly<Record<string, string | undefined>>,
  annotations: Readonly<Record<string, string>>,
  onError: (error: Error) => void,
): PhaseTrace | undefined {
  const daemon = daemonAddress(env.AWS_XRAY_DAEMON_ADDRESS)
  const { Root, Parent, Sampled } = traceHeader(env._X_AMZN_TRACE_ID)
  if (daemon === undefined || Root === undefined || Parent === undefined || Sampled !== '1') return undefined
  const sending: Promise<void>[] = []

  function send({ phase, began, seconds, error }: EndedPhase): void {
    const subsegment = {
      type: 'subsegment',
      id: randomBytes(8).toString('hex'),
      trace_id: Root,
      parent_id: Parent,
      name: phase,
      start_time: began / 1000,
      end_time: began / 1000 + seconds,
      annotations,
      ...failure(error),
    }
    const packet = `{"format": "json", "version": 1}\n${JSON.stringify(subsegment)}`
    socket ??= createSocket('udp4').unref()
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.send(packet, daemon?.port, daemon?.host, (problem) => {
      if (problem !== null) onError(problem)
      resolve()
    })
    sending.push(promise)
  }

  return { send, sent: () => Promise.all(sending) }
}

/** `error` is the sender's fault, `fault` is ours. */
function failure(error: unknown) {
  if (error === undefined) return {}
  const type = error instanceof Error ? error.name : 'Error'
  const exception = { id: randomBytes(8).toString('hex'), type }
  return {
    [type === 'JobError' ? 'error' : 'fault']: true,
    cause: { working_directory: process.cwd(), exceptions: [exception] },
  }
}

/** `127.0.0.1:2000`, or `tcp:127.0.0.1:2000 udp:127.0.0.2:2001`. */
function daemonAddress(text = ''): { host: string; port: number } | undefined {
  const found = /(?:^|udp:)([^\s:]+):(\d+)(?!\S)/.exec(text)
  return found === null ? undefined : { host: found[1], port: Number(found[2]) }
}

/** `Root=1-…;Parent=…;Sampled=1` */
function traceHeader(text = ''): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(text.split(';').map((part) => part.trim().split('=')))
}
