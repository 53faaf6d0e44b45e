/** Requests that AWS refuses: an S3 that answers as AWS' own does to who lacks a permission. */
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCliHere } from '../support/cli.ts'

let message = ''
const server = createServer((_request, response) => {
  response.writeHead(403, { 'content-type': 'application/xml' })
  response.end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`)
})
let environment: Record<string, string>
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    JOB_QUEUE_URL: `${endpoint}/123456789012/jobs`,
    ARTIFACT_BUCKET: 'models',
  }
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const notAllowed = (action: string) =>
  `User: arn:aws:iam::123456789012:user/ann is not authorized to perform: ${action} on resource: "arn:aws:s3:::models" because no identity-based policy allows the ${action} action`

test.each([
  ['s3:ListBucket', 'managed policy Sender (output SenderPolicyArn)'],
  ['s3:DeleteObject', 'managed policy Operator (output OperatorPolicyArn)'],
  ['kms:Decrypt', 'none of the stack’s managed policies has it'],
])('that %s is missing is said, with the policy that has it', async (action, remedy) => {
  message = notAllowed(action)
  const { code, err } = await runCliHere(['cancel', 'some-job'], environment)
  expect(code).toBe(1)
  expect(err).toContain(`permission ${action} is missing`)
  expect(err).toContain(remedy)
})

test('a refusal that does not name the permission names the policies', async () => {
  message = 'Access Denied'
  const { err } = await runCliHere(['cancel', 'some-job'], environment)
  expect(err).toMatch(/403 AccessDenied: Access Denied.*Sender.*Reader.*Operator/)
})
