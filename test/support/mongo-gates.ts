/** What MongoDB servers ask of clients, for the embedded one: a password, AWS credentials, no retryable writes. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Binary, type Document, deserialize, serialize } from 'bson'
import { z } from 'zod'
import { MongoError } from '../../local/mongo/errors.ts'
import type { Gate } from '../../local/mongo/server.ts'

const failed = () => new MongoError(18, 'AuthenticationFailed', 'Authentication failed.')
const isGreeting = (command: Document) => /^(hello|ismaster)$/i.test(Object.keys(command)[0])
const payloadOf = (command: Document) => z.instanceof(Binary).parse(command.payload).buffer
const payload = (bytes: Uint8Array) => new Binary(bytes)

/** The first command must be the first step of an authentication, and nothing else is carried out before its end. */
function untilAuthenticated(step: (command: Document) => { reply: Document; done: boolean }): Gate {
  let isAuthenticated = false
  return (command) => {
    const [name] = Object.keys(command)
    if (isAuthenticated || isGreeting(command)) return undefined
    if (!/^sasl(Start|Continue)$/.test(name)) {
      throw new MongoError(13, 'Unauthorized', `Command ${name} requires authentication`)
    }
    const { reply, done } = step(command)
    isAuthenticated = done
    return { conversationId: 1, done, ok: 1, ...reply }
  }
}

/** SASL PLAIN: https://www.rfc-editor.org/rfc/rfc4616 */
export function passwordGate(password: () => string): Gate {
  return untilAuthenticated((command) => {
    const [, user, given] = Buffer.from(payloadOf(command)).toString().split('\0')
    if (command.mechanism !== 'PLAIN' || user !== 'tensorfleet' || given !== password()) throw failed()
    return { reply: { payload: payload(new Uint8Array()) }, done: true }
  })
}

/**
 * MONGODB-AWS: the client proves that it has the credentials by a signed request to STS, which the server would send on.
 *
 * https://github.com/mongodb/specifications/blob/master/source/auth/auth.md#mongodb-aws
 */
export function awsGate(secrets: Readonly<Record<string, { secret: string; token?: string }>>): Gate {
  let nonce = Buffer.alloc(0)
  return untilAuthenticated((command) => {
    const given = deserialize(payloadOf(command), { promoteBuffers: true })
    if ('saslStart' in command) {
      if (command.mechanism !== 'MONGODB-AWS' || command.$db !== '$external') throw failed()
      nonce = Buffer.concat([z.instanceof(Uint8Array).parse(given.r), randomBytes(32)])
      const reply = serialize({ s: new Binary(nonce), h: 'sts.eu-west-1.amazonaws.com' })
      return { reply: { payload: payload(reply) }, done: false }
    }
    if (!isSigned(signedRequest.parse(given), nonce, secrets)) throw failed()
    return { reply: { payload: payload(new Uint8Array()) }, done: true }
  })
}

const signedRequest = z.object({ a: z.string(), d: z.string(), t: z.string().optional() })

/** Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function isSigned(
  { a, d, t }: z.infer<typeof signedRequest>,
  nonce: Buffer,
  secrets: Parameters<typeof awsGate>[0],
): boolean {
  const [, key, scope, names, signature] =
    /Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(a) ?? []
  const known = secrets[key ?? '']
  if (known === undefined || known.token !== t) return false
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  const headers: Record<string, string> = {
    'content-length': String(body.length),
    'content-type': 'application/x-www-form-urlencoded',
    host: 'sts.eu-west-1.amazonaws.com',
    'x-amz-date': d,
    'x-amz-security-token': t ?? '',
    'x-mongodb-gs2-cb-flag': 'n',
    'x-mongodb-server-nonce': nonce.toString('base64'),
  }
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const signed = names.split(';').map((name) => `${name}:${headers[name]}\n`)
  const request = ['POST', '/', '', signed.join(''), names, sha256(body)].join('\n')
  const text = ['AWS4-HMAC-SHA256', d, scope, sha256(request)].join('\n')
  const hmac = (secret: string | Buffer, value: string) => createHmac('sha256', secret).update(value).digest()
  const signingKey = scope.split('/').reduce(hmac, Buffer.from(`AWS4${known.secret}`))
  return timingSafeEqual(hmac(signingKey, text), Buffer.from(signature, 'hex'))
}

/** What Amazon DocumentDB does: a replica set that takes no retryable writes. */
export function documentDbGate(host: () => string): Gate {
  return (command) => {
    if (command.txnNumber !== undefined) {
      throw new MongoError(301, 'Unsupported', 'Retryable writes are not supported')
    }
    if (!isGreeting(command)) return undefined
    return {
      ismaster: true,
      isWritablePrimary: true,
      helloOk: true,
      setName: 'rs0',
      hosts: [host()],
      me: host(),
      maxBsonObjectSize: 16 * 2 ** 20,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      minWireVersion: 0,
      maxWireVersion: 13,
      logicalSessionTimeoutMinutes: 30,
      readOnly: false,
      localTime: new Date(),
      ok: 1,
    }
  }
}
