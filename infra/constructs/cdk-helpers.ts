import { CfnResource, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'

/** The functions that CDK itself brings for bucket notifications, for the trigger and for emptying the bucket: not ours to write. */
function cdkHelpers(stack: Stack) {
  return stack.node.children.filter(({ node }) =>
    /^(BucketNotificationsHandler|AWSCDK\.Trigger|Custom::S3AutoDeleteObjects)/.test(node.id),
  )
}

export function acknowledgeHelpers(stack: Stack): void {
  for (const helper of cdkHelpers(stack)) {
    Validations.of(helper).acknowledge(
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason: 'CDK’s own helper, run at deploy only.',
      },
      { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'CDK’s own helper, run at deploy only.' },
      { id: 'AwsSolutions-L1', reason: 'CDK chooses its helper’s runtime.' },
    )
  }
}

/** Gives each helper a log group of the stack. Lambda would make one for it that is kept for ever and outlives the stack. */
export function logHelpers(stack: Stack): void {
  for (const helper of cdkHelpers(stack)) {
    const code = helper.node
      .findAll()
      .find((each) => CfnResource.isCfnResource(each) && each.cfnResourceType === 'AWS::Lambda::Function')
    if (!(code instanceof CfnResource)) throw new Error(`CDK's helper ${helper.node.path} has no function.`)
    const { logGroupName } = new LogGroup(helper, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    code.addPropertyOverride('LoggingConfig.LogGroup', logGroupName)
  }
}
