import { z } from 'zod'
import { percent } from '../shared/errors/sentences.ts'

/** Of a model's document. An old one may lack either. */
const shownFields = z.object({
  metrics: z.object({ accuracy: z.number().nullish() }).catch({}),
  tags: z.record(z.string(), z.unknown()).catch({}),
})

/** A model's accuracy and tags, as cells of a table. */
export function summarizeModel(model: unknown): { accuracy: string; tags: string } {
  const { metrics, tags } = shownFields.parse(model)
  const pairs = Object.entries(tags).map(([tag, value]) => `${tag}=${value}`)
  return { accuracy: percent(metrics.accuracy, ''), tags: pairs.join(', ') }
}
