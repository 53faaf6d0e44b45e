import { type Stack, Validations } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'

/** The functions that CDK itself brings for bucket notifications, for the trigger and for emptying the bucket are not ours to write. */
export function acknowledgeHelpers(stack: Stack): void {
  const helpers = stack.node.children.filter(({ node }) =>
    /^(BucketNotificationsHandler|AWSCDK\.Trigger|Custom::S3AutoDeleteObjects)/.test(node.id),
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

/** A queue that nothing receives from, so that nothing fails. */
export function acknowledgeNotDeadLetters(queue: Queue): void {
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is where failed events end; people look into it, nothing receives from it.',
  })
}
