import { z } from 'zod'
import { percent } from '../shared/errors/sentences.ts'

/** Fields of a model's document; both are missing in documents of old versions. */
const shownFields = z.object({
  metrics: z.object({ accuracy: z.number().nullish(), r2: z.number().nullish() }).catch({}),
  tags: z.record(z.string(), z.unknown()).catch({}),
})

/** A classifier's accuracy in percent, or a regressor's r2: `r2 0.714`. */
export function scoreOf(metrics: { accuracy?: number | null; r2?: number | null }): string {
  if (metrics.r2 !== null && metrics.r2 !== undefined) return `r2 ${metrics.r2.toFixed(3)}`
  return percent(metrics.accuracy, '')
}

/** A model's score and tags, as cells of a table. */
export function summarizeModel(model: unknown): { score: string; tags: string } {
  const { metrics, tags } = shownFields.parse(model)
  const pairs = Object.entries(tags).map(([tag, value]) => `${tag}=${value}`)
  return { score: scoreOf(metrics), tags: pairs.join(', ') }
}
