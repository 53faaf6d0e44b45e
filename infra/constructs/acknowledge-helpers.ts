import { type Stack, Validations } from 'aws-cdk-lib'

/** The functions that CDK itself brings for bucket notifications and for the trigger are not ours to write. */
export function acknowledgeHelpers(stack: Stack): void {
  const helpers = stack.node.children.filter(({ node }) =>
    /^(BucketNotificationsHandler|AWSCDK\.Trigger)/.test(node.id),
  )
  for (const helper of helpers) {
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
