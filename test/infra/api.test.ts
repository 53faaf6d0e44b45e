/**
 * The function with the HTTP API: only where it is asked for, and only for those whom IAM lets.
 *
 * @module-tag long
 */
import { Match } from 'aws-cdk-lib/assertions'
import { beforeAll, expect, test } from 'vitest'
import { ensureBundles } from '../support/bundles.ts'
import { template } from './template.ts'

beforeAll(ensureBundles)

test('there is no address unless the settings ask for one', () => {
  const stack = template({ packaging: 'zip' })
  stack.resourceCountIs('AWS::Lambda::Url', 0)
  expect(stack.findOutputs('ApiUrl')).toEqual({})
})

test('with api=iam there is one, which takes signed requests and answers with streams', () => {
  const stack = template({ packaging: 'zip', api: 'iam' })
  stack.resourceCountIs('AWS::Lambda::Url', 1)
  stack.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' })
  stack.hasOutput('ApiUrl', {})
  // Nobody is allowed by the function's own policy: not the public, and not another account.
  const callers = Object.values(stack.findResources('AWS::Lambda::Permission')).filter(({ Properties }) =>
    JSON.stringify(Properties.FunctionName).includes('Api'),
  )
  expect(callers).toEqual([])
})

test('operators may call it', () => {
  const stack = template({ packaging: 'zip', api: 'iam' })
  stack.hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'] }),
      ]),
    },
  })
})
