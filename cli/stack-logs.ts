/**
 * What a deployed worker's functions and Batch logged of a job: CloudWatch Logs, asked with the user's own
 * credentials.
 */
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { formatted, MAX_LINES } from '../local/job-logs.ts'
import { findJob } from '../shared/job-store/accept.ts'
import { lazy } from '../shared/runtime/lazy.ts'
import type { Bucket } from '../shared/storage/bucket.ts'

/** Maximum number of requests per job and log group: CloudWatch returns pages, also empty ones. */
const MAX_PAGES = 20

/** More than the clocks of the queue and of the functions differ. */
const MARGIN_MS = 60_000

/**
 * How the log lines of a job of the stack are read, oldest first; none of a job that no attempt began.
 *
 * @param bucket of the stack: it has the time at which the job was accepted, and older lines are not searched.
 */
export function stackLogs(stack: string, bucket: Bucket) {
  const groups = lazy(() => logGroupsOf(stack))
  const client = new CloudWatchLogsClient({})
  return {
    async read(jobId: string): Promise<string[]> {
      const record = await findJob(bucket, jobId)
      if (record === undefined) return []
      const startTime = Date.parse(record.accepted_at) - MARGIN_MS
      const lines = await Promise.all(
        (await groups()).map((logGroupName) => linesOf(client, { logGroupName, startTime, jobId })),
      )
      return lines.flat().toSorted().slice(-MAX_LINES)
    },
    close: () => client.destroy(),
  }
}

/** The log groups of the functions that work on jobs, and of Batch. */
async function logGroupsOf(stack: string): Promise<string[]> {
  const client = new CloudFormationClient({})
  try {
    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stack }))
    return StackResources.flatMap(({ ResourceType, LogicalResourceId = '', PhysicalResourceId }) =>
      ResourceType === 'AWS::Logs::LogGroup' &&
      PhysicalResourceId !== undefined &&
      /train|register|^BatchLog/i.test(LogicalResourceId)
        ? [PhysicalResourceId]
        : [],
    )
  } finally {
    client.destroy()
  }
}

async function linesOf(
  client: CloudWatchLogsClient,
  { logGroupName, startTime, jobId }: { logGroupName: string; startTime: number; jobId: string },
): Promise<string[]> {
  const lines: string[] = []
  let nextToken: string | undefined
  for (let page = 0; page < MAX_PAGES && lines.length < MAX_LINES; page++) {
    const answer = await client.send(
      new FilterLogEventsCommand({
        logGroupName,
        startTime,
        filterPattern: `{ $.job_id = ${JSON.stringify(jobId)} }`,
        nextToken,
      }),
    )
    lines.push(...(answer.events ?? []).flatMap(({ message = '' }) => formatted(message)))
    nextToken = answer.nextToken
    if (nextToken === undefined) break
  }
  return lines
}
