/** What senders, readers and operators may do: the managed policies of the stack, and docs/access.md. */

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
  /** All functions, and of them the one that `doctor` runs. */
  readonly functions: readonly string[]
  readonly seed: string
}

export type Statement = {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** The prefixes of objects that `resources` are, where they are objects. */
  readonly prefixes?: readonly string[]
}

export function statementsOf(role: AccessRole, resources: Resources): Statement[] {
  const find: Statement = { actions: ['cloudformation:DescribeStacks'], resources: [resources.stack] }
  // Without s3:ListBucket S3 answers "access denied" for a result that is not there yet.
  const list: Statement = { actions: ['s3:ListBucket'], resources: [resources.bucket] }
  const objects = (actions: readonly string[], prefixes: readonly string[]): Statement => ({
    actions,
    prefixes,
    resources: prefixes.map((prefix) => `${resources.bucket}/${prefix}`),
  })
  const send: Statement = { actions: ['sqs:SendMessage'], resources: [resources.jobs] }
  const registry: Statement[] =
    resources.secret === undefined
      ? []
      : [{ actions: ['secretsmanager:GetSecretValue'], resources: [resources.secret] }]
  const read = [
    find,
    list,
    objects(['s3:GetObject'], ['jobs/*', 'status/*', 'models/*', 'aliases/*', 'datasets/*']),
    ...registry,
  ]
  if (role === 'Reader') return read
  if (role === 'Sender')
    return [
      find,
      list,
      send,
      objects(['s3:GetObject'], ['jobs/*', 'status/*', 'datasets/*']),
      objects(['s3:PutObject'], ['datasets/*']),
    ]
  return [
    ...read,
    send,
    { actions: ['cloudformation:DescribeStackResources'], resources: [resources.stack] },
    { actions: ['lambda:GetFunctionConfiguration'], resources: resources.functions },
    { actions: ['lambda:InvokeFunction'], resources: [resources.seed] },
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
      ['s3:PutObject', 's3:DeleteObject'],
      ['jobs/*', 'status/*', 'checkpoints/*', 'models/*', 'aliases/*'],
    ),
    objects(['s3:PutObject'], ['datasets/*']),
  ]
}
