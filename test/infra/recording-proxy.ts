import { createServer, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** An AWS action and what it was done to: `s3:GetObject` on `bucket/key`, `sqs:SendMessage` on the queue's name. */
export type RecordedCall = { readonly action: string; readonly resource: string }

/**
 * A proxy before S3 and SQS on 127.0.0.1 that keeps which actions are asked for. It answers for Secrets Manager itself,
 * with `secret`, for EventBridge and for Batch.
 */
export async function startRecordingProxy(upstream: string, secret: string) {
  const { hostname, port } = new URL(upstream)
  const calls: RecordedCall[] = []

  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming)
    const target = String(incoming.headers['x-amz-target'] ?? '')
    calls.push(...callsOf(incoming, target, body))
    if (target === 'secretsmanager.GetSecretValue') {
      response.setHeader('content-type', 'application/x-amz-json-1.1')
      response.end(JSON.stringify({ Name: 'mongo', SecretString: secret }))
      return
    }
    if (target === 'AWSEvents.PutEvents') {
      response.setHeader('content-type', 'application/x-amz-json-1.1')
      response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }))
      return
    }
    if (incoming.url === '/v1/submitjob') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jobId: 'batch-1', jobName: 'name' }))
      return
    }
    const { 'transfer-encoding': _, expect: __, ...headers } = incoming.headers
    const outgoing = request(
      {
        hostname,
        port,
        method: incoming.method,
        path: incoming.url,
        headers: { ...headers, 'content-length': body.length },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      },
    )
    outgoing.on('error', (error) => response.destroy(error))
    outgoing.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    calls,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function callsOf({ method, url }: IncomingMessage, target: string, body: Buffer): RecordedCall[] {
  if (target !== '') {
    const [service, action] = target.split('.')
    const data = JSON.parse(body.toString())
    if (service === 'AmazonSQS') {
      // One permission is for both.
      const permission = action === 'SendMessageBatch' ? 'SendMessage' : action
      return [{ action: `sqs:${permission}`, resource: String(data.QueueUrl).split('/').at(-1) ?? '' }]
    }
    if (service === 'AWSEvents') {
      return [{ action: `events:${action}`, resource: String(data.Entries[0].EventBusName) }]
    }
    return [{ action: `${service}:${action}`, resource: String(data.SecretId) }]
  }
  if (url === '/v1/submitjob') {
    const { jobQueue, jobDefinition } = JSON.parse(body.toString())
    return [jobQueue, jobDefinition].map((resource) => ({ action: 'batch:SubmitJob', resource }))
  }
  const { pathname, searchParams } = new URL(url ?? '', 'http://host')
  const [bucket, ...rest] = pathname.slice(1).split('/').map(decodeURIComponent)
  const key = rest.join('/')
  if (method === 'POST' && searchParams.has('delete')) {
    const keys = Array.from(body.toString().matchAll(/<Key>([^<]*)<\/Key>/g), ([, found]) => found)
    return keys.map((found) => ({ action: 's3:DeleteObject', resource: `${bucket}/${found}` }))
  }
  if (key === '') return [{ action: 's3:ListBucket', resource: bucket }]
  const resource = `${bucket}/${key}`
  switch (method) {
    case 'GET':
    case 'HEAD':
      return [{ action: 's3:GetObject', resource }]
    case 'DELETE':
      return [
        { action: searchParams.has('uploadId') ? 's3:AbortMultipartUpload' : 's3:DeleteObject', resource },
      ]
    default:
      return [{ action: 's3:PutObject', resource }]
  }
}
