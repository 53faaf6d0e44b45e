/**
 * The permissions of senders, readers and operators: the source of the stack's managed policies and of
 * docs/access.md.
 */

export const accessRoles = {
  Sender: 'Sends jobs, with a local file as the dataset, too, and waits for their results.',
  Reader: 'Reads jobs, results, models and the registry.',
  Operator:
    'Everything that a reader may, and: cancels jobs, deals with the dead-letter queue, looks at the stack’s functions, sets aliases and tags, deletes models, rebuilds the registry.',
} as const
export type AccessRole = keyof typeof accessRoles

/** The ARNs of a stack's resources. */
export type Resources = {
  readonly jobs: string
  readonly deadLetters: string
  readonly bucket: string
  readonly stack: string
  readonly secret: string | undefined
  /** All functions, and the one that `doctor` runs. */
  readonly functions: readonly string[]
  readonly seed: string
  /** Of the functions that work on jobs, and of Batch where there is one. */
  readonly logGroups: readonly string[]
  /** The function with the HTTP API, where there is one. */
  readonly api?: string
}

export type Statement = {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** The prefixes of objects that `resources` are, where they are objects. */
  readonly prefixes?: readonly string[]
}

const objects = (
  { bucket }: Resources,
  actions: readonly string[],
  prefixes: readonly string[],
): Statement => ({ actions, prefixes, resources: prefixes.map((prefix) => `${bucket}/${prefix}`) })

// Without s3:ListBucket S3 answers "access denied" for a result that is not there yet.
const list = ({ bucket }: Resources): Statement => ({ actions: ['s3:ListBucket'], resources: [bucket] })

const find = ({ stack }: Resources): Statement => ({
  actions: ['cloudformation:DescribeStacks'],
  resources: [stack],
})

const send = ({ jobs }: Resources): Statement => ({ actions: ['sqs:SendMessage'], resources: [jobs] })

export function statementsOf(role: AccessRole, resources: Resources): Statement[] {
  if (role === 'Reader') return [find(resources), ...reading(resources)]
  if (role === 'Sender')
    return [
      find(resources),
      list(resources),
      send(resources),
      objects(resources, ['s3:GetObject'], ['jobs/*', 'status/*', 'datasets/*']),
      objects(resources, ['s3:PutObject'], ['datasets/*']),
    ]
  const { stack, functions, logGroups, seed, api } = resources
  const call = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']
  return [
    find(resources),
    ...operating(resources),
    { actions: ['cloudformation:DescribeStackResources'], resources: [stack] },
    { actions: ['lambda:GetFunctionConfiguration'], resources: functions },
    { actions: ['logs:FilterLogEvents'], resources: logGroups },
    { actions: ['lambda:InvokeFunction'], resources: [seed] },
    ...(api === undefined ? [] : [{ actions: call, resources: [api] }]),
  ]
}

function reading(resources: Resources): Statement[] {
  const { secret } = resources
  return [
    list(resources),
    objects(resources, ['s3:GetObject'], ['jobs/*', 'status/*', 'models/*', 'aliases/*', 'datasets/*']),
    ...(secret === undefined ? [] : [{ actions: ['secretsmanager:GetSecretValue'], resources: [secret] }]),
  ]
}

/** What operators do with queues and bucket. */
function operating(resources: Resources): Statement[] {
  return [
    ...reading(resources),
    send(resources),
    {
      actions: [
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:ChangeMessageVisibility',
      ],
      resources: [resources.jobs, resources.deadLetters],
    },
    objects(
      resources,
      ['s3:PutObject', 's3:DeleteObject'],
      ['jobs/*', 'status/*', 'checkpoints/*', 'models/*', 'aliases/*'],
    ),
    objects(resources, ['s3:PutObject'], ['datasets/*']),
  ]
}

/** The permissions of the function with the HTTP API, which also deletes datasets. */
export function callingFor(resources: Resources): Statement[] {
  return [...operating(resources), objects(resources, ['s3:DeleteObject'], ['datasets/*'])]
}
