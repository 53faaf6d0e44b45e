import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'

/** For each environment variable, the output of infra/training-stack.ts that is its value. */
const variables = {
  JobQueueUrl: 'JOB_QUEUE_URL',
  DeadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  ArtifactBucketName: 'ARTIFACT_BUCKET',
  MongoDb: 'MONGODB_DB',
  MongoSecretArn: 'MONGODB_SECRET_ARN',
  MongoUrl: 'MONGODB_URL',
} as const

/** Outputs that every worker has. The registry is optional. */
const required = ['JobQueueUrl', 'ArtifactBucketName'] as const

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment of a client of a deployed worker. A MONGODB_URL that is set takes precedence over the stack's
 * registry.
 */
export async function environmentOfStack(name: string, environment: Environment): Promise<Environment> {
  const { MONGODB_SECRET_ARN, MONGODB_URL, ...settings } = await settingsOfStack(name)
  if (environment.MONGODB_URL) return { ...environment, ...settings }
  return {
    ...environment,
    ...settings,
    ...(MONGODB_SECRET_ARN === undefined ? {} : { MONGODB_SECRET_ARN }),
    ...(MONGODB_URL === undefined ? {} : { MONGODB_URL }),
  }
}

/**
 * Looks up a deployed stack (region and credentials are the AWS SDK's own: AWS_REGION, AWS_PROFILE and so on).
 *
 * @returns the settings of clients of that worker, as environment variables.
 * @throws an error that says what to do when there is no such stack, it cannot be asked for, or is no worker.
 */
async function settingsOfStack(name: string): Promise<Record<string, string>> {
  const client = new CloudFormationClient({})
  try {
    const outputs = await outputsOf(client, name)
    const missing = required.filter((output) => !outputs.has(output))
    if (missing.length > 0) {
      const has = outputs.size === 0 ? 'it has none' : `it has ${[...outputs.keys()].join(', ')}`
      throw new Error(
        `The stack ${name} is not a TensorFleet worker, or was not deployed to the end: it lacks the outputs ${missing.join(' and ')} (${has}).`,
      )
    }
    return Object.fromEntries(
      Object.entries(variables).flatMap(([output, variable]) => {
        const value = outputs.get(output)
        return value === undefined ? [] : [[variable, value]]
      }),
    )
  } finally {
    client.destroy()
  }
}

async function outputsOf(client: CloudFormationClient, name: string): Promise<Map<string, string>> {
  const region = await client.config.region().catch(() => undefined)
  if (region === undefined)
    throw new Error('--stack needs to know the region: set AWS_REGION or AWS_PROFILE.')
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }))
    const outputs = Stacks.flatMap(({ Outputs = [] }) => Outputs)
    return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (message.includes('does not exist')) {
      throw new Error(`There is no stack ${name} in ${region}: check the name, AWS_REGION and AWS_PROFILE.`, {
        cause: error,
      })
    }
    throw new Error(`The stack ${name} in ${region} could not be looked up: ${message}`, { cause: error })
  }
}
