import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { processDeadLetters } from '../../dead-letters/dead-letters.ts'
import { bodyLimit, contentTypes } from '../bodies.ts'
import { type ApiContext, MESSAGE_BYTES } from '../context.ts'
import { bodyRefusals, deadLetter, json, refusals } from '../schemas.ts'

const list = createRoute({
  method: 'get',
  path: '/api/v1/dead-letters',
  tags: ['dead letters'],
  summary: 'The messages that every attempt failed on, oldest first',
  responses: {
    200: json(z.object({ dead_letters: z.array(deadLetter) }), 'The dead letters.'),
    ...refusals,
  },
})

const redrive = createRoute({
  method: 'post',
  path: '/api/v1/dead-letters/redrive',
  tags: ['dead letters'],
  summary: 'Send dead letters to the jobs queue again',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({
            ids: z
              .array(z.string().min(1).max(200))
              .max(1000)
              .optional()
              .openapi({ description: 'of jobs or of messages; all where it is left out' }),
          }),
        },
      },
    },
  },
  responses: {
    200: json(z.object({ redriven: z.array(deadLetter) }), 'Those that are in the jobs queue again.'),
    ...refusals,
    ...bodyRefusals,
  },
})

export function deadLetterRoutes(app: OpenAPIHono, { worker }: ApiContext): void {
  app.openapi(list, async (c) => {
    const letters = await processDeadLetters(worker, () => 'keep')
    return c.json({ dead_letters: letters.map(({ action, ...letter }) => letter) }, 200)
  })

  app.use('/api/v1/dead-letters/redrive', bodyLimit(MESSAGE_BYTES), contentTypes('application/json'))
  app.openapi(redrive, async (c) => {
    const { ids } = c.req.valid('json')
    const letters = await processDeadLetters(worker, ({ job_id, message_id }) =>
      ids === undefined || ids.includes(job_id) || ids.includes(message_id) ? 'redrive' : 'keep',
    )
    const redriven = letters.filter(({ action }) => action === 'redrive')
    return c.json({ redriven: redriven.map(({ action, ...letter }) => letter) }, 200)
  })
}
