import { availableParallelism } from 'node:os'
import { z } from 'zod'

const url = z.url().optional()

/** The settings that the functions read from their environment. An empty value counts as not set. */
const environment = z.object({
  /** Where results, models and sample datasets are kept. */
  ARTIFACT_BUCKET: z.string().min(1).default('tensorfleet'),
  /** The queue of jobs; `train` sends its continuations there. */
  JOB_QUEUE_URL: url,
  /** The registry: a connection string, or the ARN of the secret that holds one. */
  MONGODB_URL: z.string().min(1).optional(),
  MONGODB_SECRET_ARN: z.string().min(1).optional(),
  MONGODB_DB: z.string().min(1).default('tensorfleet'),
  /** The original worker's storage service, used for datasets and models instead of S3 where it is set. */
  STORAGE_SERVICE_URL: url,
  /** Another S3 and SQS than AWS' own: LocalStack, MinIO, the embedded stack. */
  AWS_ENDPOINT_URL: url,
  /** Seconds that a job may take in all, over any number of invocations. */
  TENSORFLEET_MAX_TRAINING_SECONDS: z.coerce.number().positive().default(86_400),
  /** Seconds until a failed message comes back; four times as many each time. SQS waits for twelve hours at most. */
  TENSORFLEET_RETRY_SECONDS: z.coerce.number().min(0).max(600).default(60),
  /** MB; Lambda sets it. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.coerce.number().positive().optional(),
  LOG_LEVEL: z.string().default('INFO'),
  /** The threads of a fit; by default one per processor. */
  TENSORFLEET_THREADS: z.coerce.number().int().min(1).default(availableParallelism()),
})

export type Config = z.infer<typeof environment>

/** Reads the settings. Throws an error that names the variable at fault. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Error(`The environment variable ${issue.path.join('.')} cannot be used: ${issue.message}.`)
}
