import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'
import { cancelJob } from '../../job-store/cancel.ts'
import { findResult } from '../../job-store/commit.ts'
import { isCancelled } from '../../jobs/result.ts'
import { pageOfJobs } from '../../registry/pages.ts'
import { bodyLimit, contentTypes } from '../bodies.ts'
import { type ApiContext, MESSAGE_BYTES } from '../context.ts'
import { position, readCursor, writeCursor } from '../cursor.ts'
import { jobChanges } from '../job-changes.ts'
import { ApiError } from '../problem.ts'
import { readJob, summarize } from '../read-job.ts'
import {
  bodyRefusals,
  conflict,
  job,
  jobAlgorithmName,
  jobBody,
  jobIdParam,
  jobLogs,
  jobStatuses,
  jobSummary,
  json,
  nextCursor,
  notFound,
  pageQuery,
  refusals,
} from '../schemas.ts'
import { submitJob } from '../submit.ts'

const moment = z.iso.datetime({ offset: true }).openapi({ format: 'date-time' })

const dateOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text))

const list = createRoute({
  method: 'get',
  path: '/api/v1/jobs',
  tags: ['jobs'],
  summary: 'Jobs, newest first',
  request: {
    query: pageQuery.extend({
      status: z.enum(jobStatuses).optional(),
      algorithm: jobAlgorithmName.optional(),
      prefix: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/)
        .optional()
        .openapi({ description: 'the beginning of the job_id' }),
      text: z.string().min(1).max(200).optional().openapi({
        description:
          'in the job_id, the model’s name, the dataset’s path or the error; large and small letters are one',
      }),
      since: moment.optional().openapi({ description: 'sent then or later' }),
      until: moment.optional().openapi({ description: 'sent before then' }),
    }),
  },
  responses: {
    200: json(z.object({ jobs: z.array(jobSummary), next_cursor: nextCursor }), 'A page of jobs.'),
    ...refusals,
  },
})

const submit = createRoute({
  method: 'post',
  path: '/api/v1/jobs',
  tags: ['jobs'],
  summary: 'Send a job to the queue',
  description: 'The same job_id with the same body is the same job: it is not sent again.',
  request: { body: { required: true, content: { 'application/json': { schema: jobBody } } } },
  responses: {
    200: json(job, 'The job was sent before: how it is now.'),
    202: json(job, 'The job is in the queue.'),
    ...refusals,
    ...conflict,
    ...bodyRefusals,
  },
})

const show = createRoute({
  method: 'get',
  path: '/api/v1/jobs/{job_id}',
  tags: ['jobs'],
  summary: 'One job',
  request: { params: jobIdParam },
  responses: { 200: json(job, 'The job.'), ...refusals, ...notFound },
})

const cancel = createRoute({
  method: 'post',
  path: '/api/v1/jobs/{job_id}/cancel',
  tags: ['jobs'],
  summary: 'Cancel a job that waits or runs',
  request: { params: jobIdParam },
  responses: {
    200: json(job, 'The job, failed with the error_code cancelled.'),
    ...refusals,
    ...notFound,
    ...conflict,
  },
})

const progress = createRoute({
  method: 'get',
  path: '/api/v1/jobs/{job_id}/progress',
  tags: ['jobs'],
  summary: 'A job’s progress as server-sent events',
  description:
    'An event `job` with the job as JSON at once and on every change; the stream ends when the job has.',
  request: { params: jobIdParam },
  responses: {
    200: {
      description: 'The events.',
      content: {
        'text/event-stream': { schema: z.looseObject({ event: z.literal('job'), data: z.string() }) },
      },
    },
    ...refusals,
    ...notFound,
  },
})

const logs = createRoute({
  method: 'get',
  path: '/api/v1/jobs/{job_id}/logs',
  tags: ['jobs'],
  summary: 'A job’s log lines, oldest first',
  request: { params: jobIdParam },
  responses: { 200: json(jobLogs, 'The lines.'), ...refusals },
})

const noJob = (jobId: string) =>
  new ApiError('not_found', `There is no job ${jobId}: check the id; /api/v1/jobs lists the jobs.`)

export function jobRoutes(app: OpenAPIHono, context: ApiContext): void {
  app.openapi(list, async (c) => {
    const { limit, cursor, since, until, ...filter } = c.req.valid('query')
    const after = readCursor(cursor, position)
    const registry = await context.registry()
    const page = await pageOfJobs(
      registry,
      { ...filter, since: dateOf(since), until: dateOf(until) },
      { limit, after },
    )
    const jobs = await Promise.all(page.documents.map((document) => summarize(context, document)))
    return c.json({ jobs, next_cursor: page.next ? writeCursor(page.next) : null }, 200)
  })

  app.use('/api/v1/jobs', bodyLimit(MESSAGE_BYTES), contentTypes('application/json'))
  app.openAPIRegistry.registerPath(submit)
  // Not app.openapi: the queue's contract is checked by the queue's own reader, and the text is sent as it came.
  app.post('/api/v1/jobs', async (c) => {
    const { jobId, isNew } = await submitJob(context, await c.req.text())
    const found = await readJob(context, jobId)
    c.header('location', `/api/v1/jobs/${jobId}`)
    return c.json(found ?? { job_id: jobId, status: 'queued' as const }, isNew ? 202 : 200)
  })

  app.openapi(show, async (c) => {
    const { job_id } = c.req.valid('param')
    const found = await readJob(context, job_id)
    if (found === undefined) throw noJob(job_id)
    return c.json(found, 200)
  })

  app.openapi(cancel, async (c) => {
    const { job_id } = c.req.valid('param')
    if ((await readJob(context, job_id)) === undefined) throw noJob(job_id)
    const before = await findResult(context.bucket, job_id)
    const result = before ?? (await cancelJob(context.bucket, job_id, { canRun: true }))
    if (!isCancelled(result)) {
      throw new ApiError(
        'conflict',
        `The job ${job_id} has ended already, ${result.status}: it cannot be cancelled.`,
      )
    }
    const found = await readJob(context, job_id)
    return c.json(found ?? { job_id, status: 'failed' as const }, 200)
  })

  app.openapi(logs, async (c) => {
    const lines = await context.logs?.(c.req.valid('param').job_id)
    return c.json({ lines: lines ?? [], is_available: lines !== undefined }, 200)
  })

  app.openapi(progress, async (c) => {
    const { job_id } = c.req.valid('param')
    if ((await readJob(context, job_id)) === undefined) throw noJob(job_id)
    return streamSSE(c, async (stream) => {
      const ended = new AbortController()
      stream.onAbort(() => ended.abort())
      const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(context.limits.waitMs)])
      for await (const changed of jobChanges(context, job_id, signal)) {
        // A comment keeps the connection open through proxies.
        if (changed === undefined) await stream.write(': waiting\n\n')
        else await stream.writeSSE({ event: 'job', data: JSON.stringify(changed) })
      }
    })
  })
}
