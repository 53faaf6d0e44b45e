/** Checks of a deployed worker. */
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { readConfig } from '../../shared/runtime/config.ts'
import { type Environment, environmentOfStack } from '../stack-outputs.ts'
import { checkBucket, findIdentity, findingOfStatus, stackStatus } from './aws-checks.ts'
import { type Check, type Finding, ok, problem, reason, warning } from './checks.ts'

/** @param name of the stack. Throws when there is none that is a worker. */
export async function stackChecks(name: string, environment: Environment): Promise<Check[]> {
  const settings = await environmentOfStack(name, environment)
  const functions = await functionsOf(name)
  return [
    { name: 'account', run: findIdentity },
    { name: 'stack', run: () => checkStatus(name) },
    ...functions.map((each) => ({ name: 'function', run: () => checkFunction(each) })),
    { name: 'MongoDB from AWS', run: () => checkRegistryThere(functions) },
    { name: 'MongoDB from here', run: () => checkRegistryHere(settings) },
    { name: 'bucket', run: () => checkBucket(settings.ARTIFACT_BUCKET ?? '', 'bucket') },
    { name: 'queue', run: () => checkQueue(settings.JOB_QUEUE_URL ?? '') },
    { name: 'dead letters', run: () => checkDeadLetters(name, settings.DEAD_LETTER_QUEUE_URL) },
  ]
}

async function checkStatus(name: string): Promise<Finding> {
  const status = await stackStatus(name)
  return status === undefined ? problem(`There is no stack ${name}.`) : findingOfStatus(name, status)
}

/** The names of a stack's functions by their logical ids. */
async function functionsOf(name: string): Promise<{ logicalId: string; functionName: string }[]> {
  const cloudFormation = new CloudFormationClient({})
  try {
    const { StackResources = [] } = await cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: name }),
    )
    return StackResources.filter(({ ResourceType }) => ResourceType === 'AWS::Lambda::Function').map(
      ({ LogicalResourceId = '', PhysicalResourceId = '' }) => ({
        logicalId: LogicalResourceId,
        functionName: PhysicalResourceId,
      }),
    )
  } finally {
    cloudFormation.destroy()
  }
}

async function checkFunction({ functionName }: { functionName: string }): Promise<Finding> {
  const lambda = new LambdaClient({})
  try {
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason, MemorySize } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    )
    if (State === 'Inactive')
      return ok(
        `${functionName} is idle; AWS starts it again with its next job, which waits a little longer.`,
      )
    if (State !== undefined && State !== 'Active')
      return problem(`${functionName} is ${State}: ${StateReason ?? 'AWS gives no reason'}. Deploy again.`)
    if (LastUpdateStatus === 'Failed')
      return problem(`The last update of ${functionName} failed: ${LastUpdateStatusReason}. Deploy again.`)
    return ok(`${functionName} is active (${MemorySize} MB).`)
  } finally {
    lambda.destroy()
  }
}

const failure = z.object({ errorMessage: z.string() })

/** Runs seed, which writes the sample datasets into bucket and registry where they are not. */
async function checkRegistryThere(
  functions: readonly { logicalId: string; functionName: string }[],
): Promise<Finding> {
  const seed = functions.find(({ logicalId }) => logicalId.includes('Seed'))
  if (seed === undefined) return problem('The stack has no function seed: deploy again.')
  const lambda = new LambdaClient({})
  try {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: seed.functionName }),
    )
    if (FunctionError === undefined) return ok('The functions reach bucket and MongoDB.')
    const text = Payload?.transformToString() ?? ''
    const why = failure.safeParse(parsed(text))
    return problem(
      `The functions do not reach MongoDB (${why.success ? why.data.errorMessage : text}): check the secret, Atlas’ access list and, in a VPC, the way out (docs/deploy.md).`,
    )
  } finally {
    lambda.destroy()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function checkRegistryHere(settings: Environment): Promise<Finding> {
  const { connectRegistry } = await import('../../shared/registry/registry.ts')
  try {
    const registry = await connectRegistry(readConfig(settings))
    await registry?.close()
    return registry === undefined
      ? warning('The stack names no registry: `models` and `predict NAME` need MONGODB_URL.')
      : ok('MongoDB can be reached from here.')
  } catch (error) {
    return warning(
      `MongoDB cannot be reached from here (${reason(error)}): jobs run, but \`models\`, \`registry\` and names of models need it.`,
    )
  }
}

/** How many messages are visible, and how many are in flight. */
async function messagesOf(queueUrl: string): Promise<{ waiting: number; running: number }> {
  const sqs = new SQSClient({})
  try {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    )
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      running: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    }
  } finally {
    sqs.destroy()
  }
}

async function checkQueue(queueUrl: string): Promise<Finding> {
  const { waiting, running } = await messagesOf(queueUrl)
  return ok(`Jobs: waiting ${waiting}, running or between two attempts ${running}.`)
}

async function checkDeadLetters(name: string, queueUrl: string | undefined): Promise<Finding> {
  if (queueUrl === undefined) return warning('The stack names no dead-letter queue: deploy again.')
  const { waiting } = await messagesOf(queueUrl)
  if (waiting === 0) return ok('No dead letters.')
  return warning(`Dead letters: ${waiting}. \`tensorfleet --stack ${name} dlq\` shows them and why.`)
}
