import { Stack } from 'aws-cdk-lib'
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { type AccessRole, accessRoles, statementsOf } from '../access.ts'
import { acknowledgePrefixes, decryptStatement } from './permissions.ts'
import type { WorkerFunctions } from './worker-functions.ts'

type Props = {
  readonly jobs: IQueue
  readonly deadLetters: IQueue
  readonly bucket: IBucket
  readonly functions: Pick<WorkerFunctions, 'train' | 'register' | 'sweep' | 'seed' | 'api'>
  /** Of the machines beside the functions, where there are any. */
  readonly batchLogGroup: ILogGroup | undefined
  readonly mongoSecretArn?: string
  readonly kmsKeyArns: string[]
}

/** Managed policies for people and programs that use the worker: senders, readers and operators. */
export class AccessPolicies extends Construct {
  readonly policies: Readonly<Record<AccessRole, ManagedPolicy>>

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id)
    this.policies = {
      Sender: this.policy('Sender', props),
      Reader: this.policy('Reader', props),
      Operator: this.policy('Operator', props),
    }
  }

  private policy(role: AccessRole, props: Props) {
    const { jobs, deadLetters, bucket, functions, batchLogGroup, mongoSecretArn, kmsKeyArns } = props
    const { train, register, sweep, seed, api } = functions
    const { stackId } = Stack.of(this)
    const statements = statementsOf(role, {
      jobs: jobs.queueArn,
      deadLetters: deadLetters.queueArn,
      bucket: bucket.bucketArn,
      stack: stackId,
      secret: mongoSecretArn,
      functions: [train, register, sweep, seed].map(({ functionArn }) => functionArn),
      seed: seed.functionArn,
      logGroups: [
        train.logGroup,
        register.logGroup,
        ...(batchLogGroup === undefined ? [] : [batchLogGroup]),
      ].map(({ logGroupArn }) => logGroupArn),
      ...(api === undefined ? {} : { api: api.functionArn }),
    })
    const policy = new ManagedPolicy(this, role, {
      description: accessRoles[role],
      statements: [
        ...statements.map(
          ({ actions, resources }) =>
            new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] }),
        ),
        ...(kmsKeyArns.length > 0 ? [decryptStatement(this, kmsKeyArns)] : []),
      ],
    })
    const prefixes = statements.flatMap(({ prefixes = [] }) => prefixes)
    acknowledgePrefixes(policy, bucket, prefixes)
    return policy
  }
}
