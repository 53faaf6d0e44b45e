import { Stack, Validations } from 'aws-cdk-lib'
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy'
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Alias } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'

const configs = {
  canary: LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
  linear: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
}

type Props = {
  readonly alias: Alias
  readonly rollout: Exclude<Settings['rollout'], 'all-at-once'>
  /** Alarms that roll back to the previous version. */
  readonly alarms: IAlarm[]
}

/** Shifts jobs to a new version of train step by step, and back when an alarm goes off. */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { alias, rollout, alarms }: Props) {
    super(scope, id)
    const policy = 'service-role/AWSCodeDeployRoleForLambdaLimited'
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
    })
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
      reason: 'What CodeDeploy needs to move an alias.',
    })
    new LambdaDeploymentGroup(this, 'Group', {
      application: new LambdaApplication(this, 'Application', {
        applicationName: `${Stack.of(this).stackName}-train`,
      }),
      alias,
      role,
      alarms,
      deploymentConfig: configs[rollout],
    })
  }
}
