/** Checks that apply before a deploy and after it: the account, and what the stack depends on. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type Finding, isNamed, ok, problem, reason, warning } from './checks.ts'

/** The account and the user of the AWS SDK's credentials, and the region. */
export async function findIdentity(): Promise<Finding & { readonly region?: string }> {
  const sts = new STSClient({})
  try {
    const region = await sts.config.region().catch(() => undefined)
    if (region === undefined)
      return problem('No region is set: set AWS_REGION, or AWS_PROFILE to one with a region.')
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}))
    return { ...ok(`Account ${Account} in ${region}, as ${Arn}.`), region }
  } catch (error) {
    return problem(
      `AWS does not take the credentials (${reason(error)}): sign in (\`aws sso login\`), or set AWS_PROFILE to another profile.`,
    )
  } finally {
    sts.destroy()
  }
}

/** A stack's status in CloudFormation; undefined where there is no such stack. */
export async function stackStatus(name: string): Promise<string | undefined> {
  const cloudFormation = new CloudFormationClient({})
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))
    return Stacks[0]?.StackStatus
  } catch (error) {
    if (reason(error).includes('does not exist')) return undefined
    throw error
  } finally {
    cloudFormation.destroy()
  }
}

/** Whether CloudFormation can deploy to a stack of this status. */
export function findingOfStatus(name: string, status: string): Finding {
  if (status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED' || status === 'DELETE_FAILED')
    return problem(
      `The stack ${name} is in ${status} and takes no deploy: delete it (\`npx cdk destroy ${name}\`) first.`,
    )
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return problem(`The stack ${name} is in ${status}: \`npx cdk rollback ${name}\` ends it.`)
  if (status.endsWith('_IN_PROGRESS'))
    return warning(`The stack ${name} is in ${status}: wait until CloudFormation has ended it.`)
  return ok(`The stack ${name} is in ${status}.`)
}

/** @param usedFor what the worker uses the bucket for, as words of the sentence. */
export async function checkBucket(bucket: string, usedFor: string): Promise<Finding> {
  const s3 = new S3Client({ followRegionRedirects: false })
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }))
    return ok(`The ${usedFor} ${bucket} can be reached.`)
  } catch (error) {
    if (isNamed(error, 'NotFound', 'NoSuchBucket'))
      return problem(`There is no bucket ${bucket}, the ${usedFor}: correct the setting, or make it.`)
    if (isNamed(error, '301', 'PermanentRedirect'))
      return problem(`The ${usedFor} ${bucket} is in another region than ${await s3.config.region()}.`)
    // HEAD has no body, so S3 says no more than "403".
    if (isNamed(error, '403', 'Forbidden', 'AccessDenied'))
      return warning(
        `You may not look at the ${usedFor} ${bucket} (s3:ListBucket); the functions may be allowed to.`,
      )
    throw error
  } finally {
    s3.destroy()
  }
}
