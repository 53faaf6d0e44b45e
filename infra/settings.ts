import { z } from 'zod'
import { didYouMean } from '../shared/errors/closest-match.ts'

const number = (from: number, to: number) => z.coerce.number().int().min(from).max(to)
const names = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )

/** The stack's settings, as `-c key=value` gives them. docs/deploy.md has them as a table. */
const settings = z.object({
  /** The stack's name in CloudFormation. */
  stack: z.string().min(1).default('TensorFleet'),
  /** image: everything; zip: without Parquet and the tfjs engine, and without Docker at deploy. */
  packaging: z.enum(['image', 'zip']).default('image'),
  /** MB of the train function; 1,769 MB are one processor. */
  memory: number(512, 10_240).default(3538),
  /** Threads of a fit; by default as many as the memory gives processors. */
  threads: number(1, 6).optional(),
  /** Seconds of one invocation of train; longer jobs go on in the next. */
  timeout: number(60, 900).default(900),
  /** Seconds that a job may take in all. */
  maxTrainingSeconds: number(60, 30 * 86_400).default(86_400),
  /** Seconds until a failed message comes back; four times as many each time. */
  retrySeconds: number(0, 600).default(60),
  /** Maximum number of jobs at the same time. */
  concurrency: number(2, 1000).default(10),
  /** ARN of the secret that holds the MongoDB connection string. */
  mongoSecretArn: z.string().startsWith('arn:').optional(),
  /** A connection string without a password (MONGODB-AWS: Atlas by IAM role; a local server). */
  mongoUrl: z.string().startsWith('mongodb').optional(),
  /** A PEM file, in the functions, with the certificates that sign MongoDB's (Amazon DocumentDB). */
  mongoTlsCaFile: z.string().startsWith('/').optional(),
  mongoDb: z.string().default('tensorfleet'),
  /** Buckets that train may read datasets from, beside its own. */
  datasetBuckets: names,
  /** The original worker's storage service, for datasets and models. */
  storageServiceUrl: z.url().optional(),
  /** Where alarms are sent. */
  alarmEmail: z.email().optional(),
  /** What becomes of bucket and queues when the stack is destroyed. */
  removal: z.enum(['retain', 'destroy']).default('retain'),
  /** A VPC for the functions, for Atlas PrivateLink, with its availability zones and private subnets. */
  vpcId: z.string().optional(),
  availabilityZones: names,
  privateSubnetIds: names,
  /** Another S3, SQS and Secrets Manager than AWS' own, for a local AWS. */
  endpointUrl: z.url().optional(),
})
export type Settings = z.infer<typeof settings>

/** CDK's own keys (feature flags, looked-up values) have a character that no setting has: `@aws-cdk/…`, `vpc-provider:…`. */
const isSetting = (key: string) => /^[\w-]+$/.test(key)

/**
 * Reads the settings from the app's context. Throws an error that names the key at fault: one that is not known, or
 * whose value cannot be used.
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  const given = Object.fromEntries(Object.entries(context).filter(([key]) => isSetting(key)))
  const known = Object.keys(settings.shape)
  const unknown = Object.keys(given).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw new Error(
      `There is no setting ${unknown}${didYouMean(unknown, known)}. docs/deploy.md lists the settings that -c takes.`,
    )
  }
  const parsed = settings.safeParse(given)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Error(`The context value ${issue.path.join('.')} cannot be used: ${issue.message}.`)
}
