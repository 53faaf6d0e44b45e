import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { closestMatch } from '../errors/closest-match.ts'

const url = z.url().optional()

/** The settings that the functions read from their environment. An empty value counts as not set. */
const environment = z.object({
  /** Where results, models and sample datasets are kept. */
  ARTIFACT_BUCKET: z.string().min(1).default('tensorfleet'),
  /** The queue of jobs; `train` sends its continuations there. */
  JOB_QUEUE_URL: url,
  /** Where SQS moves the messages of jobs that failed five times; the sweep tells of them. */
  DEAD_LETTER_QUEUE_URL: url,
  /** Where register and the sweep send events: a bus of EventBridge, or without one a queue (the embedded stack's). */
  EVENT_BUS_NAME: z.string().min(1).optional(),
  EVENT_QUEUE_URL: url,
  /** The registry: a connection string, or the ARN of the secret that holds one. */
  MONGODB_URL: z.string().min(1).optional(),
  MONGODB_SECRET_ARN: z.string().min(1).optional(),
  /** A PEM file with the certificates that sign MongoDB's, where Node does not know them (Amazon DocumentDB). */
  MONGODB_TLS_CA_FILE: z.string().min(1).optional(),
  MONGODB_DB: z.string().min(1).default('tensorfleet'),
  /** The original worker's storage service, used for datasets and models instead of S3 where it is set. */
  STORAGE_SERVICE_URL: url,
  /** An S3 and SQS other than AWS' own: LocalStack, MinIO, the embedded stack. */
  AWS_ENDPOINT_URL: url,
  /** A queue of AWS Batch and the definition of its jobs: where jobs go that outgrow the function. */
  BATCH_JOB_QUEUE: z.string().min(1).optional(),
  BATCH_JOB_DEFINITION: z.string().min(1).optional(),
  /** Seconds that a job may take there in all. */
  BATCH_MAX_TRAINING_SECONDS: z.coerce
    .number()
    .positive()
    .default(14 * 86_400),
  /** An AWS Batch other than AWS' own. */
  AWS_ENDPOINT_URL_BATCH: url,
  /** Seconds that a job may take in all, over any number of invocations. */
  TENSORFLEET_MAX_TRAINING_SECONDS: z.coerce.number().positive().default(86_400),
  /** Seconds until a failed message is received again; four times as many each time. SQS allows 12 hours at most. */
  TENSORFLEET_RETRY_SECONDS: z.coerce.number().min(0).max(600).default(60),
  /** MB; Lambda sets it. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.coerce.number().positive().optional(),
  /** AWS Batch sets them: the id of its job, and how often it has started it. */
  AWS_BATCH_JOB_ID: z.string().min(1).optional(),
  AWS_BATCH_JOB_ATTEMPT: z.coerce.number().int().positive().default(1),
  /** MB that a job may use, where that is to be less than the function, the container or the machine has. */
  TENSORFLEET_MEMORY_MB: z.coerce.number().min(256).optional(),
  LOG_LEVEL: z.string().default('INFO'),
  /** plain: networks and logistic regressions do not use the fused multiply-add, and have the same bits on every machine. */
  TENSORFLEET_ARITHMETIC: z.enum(['fused', 'plain']).default('fused'),
  /** Threads of a fit; by default one per processor that the function has. */
  TENSORFLEET_THREADS: z.coerce.number().int().min(1).optional(),
})

type Environment = z.infer<typeof environment>
export type Config = Environment & Required<Pick<Environment, 'TENSORFLEET_THREADS'>>

/** Lambda gives a processor's time per so many MB, and shows more processors than that. */
const MB_PER_PROCESSOR = 1769

/** @param memoryMb of the function; infinite where nothing limits the processors. */
function processors(memoryMb = Number.POSITIVE_INFINITY): number {
  return Math.min(availableParallelism(), Math.max(1, Math.round(memoryMb / MB_PER_PROCESSOR)))
}

const PREFIX = 'TENSORFLEET_'
/** Variables that the command line, deploy:local and the tests read. */
const OTHER_VARIABLES = ['API_URL', 'DEBUG', 'DIRECTORY', 'SEED', 'STACK'].map((name) => PREFIX + name)

/**
 * A sentence for each TENSORFLEET_ variable that nothing reads: most likely it is misspelt. Warnings, as a function that
 * refused to start over one would refuse every job.
 */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...Object.keys(environment.shape), ...OTHER_VARIABLES].filter((name) =>
    name.startsWith(PREFIX),
  )
  const suffixOf = (name: string) => name.slice(PREFIX.length)
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      const close = closestMatch(suffixOf(name), known.map(suffixOf))
      const hint = close === undefined ? '' : ` (did you mean ${PREFIX}${close}?)`
      return `The environment variable ${name} is unknown and has no effect${hint}.`
    })
}

/** Reads the settings. Throws an error that names the variable at fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (parsed.success) {
    const { TENSORFLEET_THREADS = processors(parsed.data.AWS_LAMBDA_FUNCTION_MEMORY_SIZE), ...others } =
      parsed.data
    return { ...others, TENSORFLEET_THREADS }
  }
  const issue = parsed.error.issues[0]
  throw new Error(`The environment variable ${issue.path.join('.')} cannot be used: ${issue.message}.`)
}
