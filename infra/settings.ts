import { z } from 'zod'

const number = (from: number, to: number) => z.int().min(from).max(to)
const names = (pattern: RegExp) => z.array(z.string().regex(pattern)).default([])

/** The settings of a stack, as a stage of the settings file or as `-c key=value` gives them. docs/settings.md lists them. */
export const stageSettings = z.strictObject({
  stack: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,80}$/)
    .default('TensorFleet')
    .describe('the stack’s name in CloudFormation; by default with the stage: `TensorFleet-prod`'),
  packaging: z
    .enum(['image', 'zip'])
    .default('image')
    .describe(
      '`zip` needs no Docker. It has no Parquet (DuckDB, 70 MB) and no engine `tfjs`: such jobs fail with `not_packaged`',
    ),
  architecture: z
    .enum(['arm64', 'x86_64'])
    .default('arm64')
    .describe(
      'the processor of the functions; `arm64` costs 20 % less. The native TensorFlow of the engine `tfjs` is built only on a machine of the same kind, else the engine runs as WebAssembly',
    ),
  memory: number(512, 10_240)
    .default(3008)
    .describe('MB of train; 1,769 MB are one processor. A new account may allow no more than 3,008'),
  threads: number(1, 6)
    .optional()
    .describe('threads of a fit; by default as many as `memory` gives processors'),
  timeout: number(60, 900)
    .default(900)
    .describe('seconds of one invocation of train; longer jobs continue in the next one'),
  maxTrainingSeconds: number(60, 30 * 86_400)
    .default(86_400)
    .describe('maximum time of a job over all its invocations, in seconds; a longer job fails'),
  retrySeconds: number(0, 600)
    .default(60)
    .describe(
      'maximum delay before the first retry, in seconds; four times as long for each further retry, up to 64 times',
    ),
  concurrency: number(2, 1000)
    .default(5)
    .describe(
      'maximum number of jobs at the same time; at most the account’s limit of concurrent invocations less 3',
    ),
  batch: z
    .enum(['none', 'fargate', 'ec2'])
    .default('none')
    .describe(
      'where jobs go that outgrow the function ([batch.md](batch.md)): nowhere, or to AWS Batch on Fargate or on EC2. Needs `packaging` `image`',
    ),
  batchSpot: z
    .boolean()
    .default(true)
    .describe(
      'whether Batch takes Spot capacity first, for a third of the price, and what is on demand only where there is none',
    ),
  batchMaxVcpus: number(4, 4096)
    .default(64)
    .describe(
      'processors that the jobs in Batch have together at most, each on Spot and on demand; a job has 4, 8 or 16',
    ),
  batchMaxTrainingSeconds: number(60, 90 * 86_400)
    .default(14 * 86_400)
    .describe('maximum time of a job in Batch, in seconds, with what it took before'),
  mongoSecretArn: z
    .string()
    .regex(/^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/, {
      error: 'it must be the whole ARN of a secret, with the six characters at its end',
    })
    .optional()
    .describe('the secret with the MongoDB connection string'),
  mongoUrl: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/(?![^/@]*:[^/@]*@)/, {
      error:
        'it must be a mongodb:// or mongodb+srv:// address without a password; put one with a password into a secret and set mongoSecretArn',
    })
    .optional()
    .describe('a connection string without a password instead (`MONGODB-AWS`: Atlas by IAM role)'),
  mongoTlsCaFile: z
    .string()
    .startsWith('/')
    .optional()
    .describe('a PEM file in the functions with the certificates that sign MongoDB’s, for Amazon DocumentDB'),
  mongoDb: z
    .string()
    .regex(/^[^/\\. "$*<>:|?]{1,63}$/)
    .default('tensorfleet')
    .describe('the database'),
  datasetBuckets: names(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/).describe(
    'other buckets that train may read datasets from',
  ),
  kmsKeyArns: names(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/).describe(
    'KMS keys of the dataset buckets, of the bucket or of the secret: the functions may decrypt with them',
  ),
  bucketName: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional()
    .describe(
      'a bucket that exists, of an earlier stack, to use instead of a new one; the stack changes none of its settings and never deletes it',
    ),
  roleName: z
    .string()
    .regex(/^[\w+=,.@-]{1,52}$/)
    .optional()
    .describe(
      'the functions’ roles are named `{roleName}-train`, `-register`, `-sweep` and `-seed`, so that Atlas, a bucket policy or a KMS key can name them before they exist; else CloudFormation names them',
    ),
  storageServiceUrl: z
    .url()
    .optional()
    .describe(
      'the original worker’s storage service: datasets are read from it, and models are uploaded to it, too',
    ),
  alarmEmail: z
    .email()
    .optional()
    .describe('e-mail address that alarms are sent to, once it has confirmed the subscription'),
  events: z
    .boolean()
    .optional()
    .describe(
      'whether events are sent to the account’s EventBridge (docs/events.md); by default if the functions are not in a VPC, where they need an endpoint for it',
    ),
  eventTopic: z.boolean().default(false).describe('an SNS topic that gets the events, too'),
  api: z
    .enum(['none', 'iam'])
    .default('none')
    .describe(
      '`iam`: a function with the HTTP API (docs/api.md) behind a Function URL that takes signed requests of those whom IAM allows; output `ApiUrl`',
    ),
  webhookUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('an https address that gets each event by POST, too; needs the next one'),
  webhookSecretArn: z
    .string()
    .regex(/^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/, {
      error: 'it must be the whole ARN of a secret, with the six characters at its end',
    })
    .optional()
    .describe('the secret whose text is sent to `webhookUrl` as the header X-Api-Key'),
  tracing: z.boolean().default(true).describe('whether the functions send traces to X-Ray'),
  logLevel: z
    .enum(['DEBUG', 'INFO', 'WARN', 'ERROR'])
    .default('INFO')
    .describe('the lowest level of log lines'),
  rollout: z
    .enum(['all-at-once', 'canary', 'linear'])
    .default('all-at-once')
    .describe(
      'how a new version of train gets its jobs: all at once; a tenth for ten minutes, then all; or a tenth more each minute. CodeDeploy goes back to the version before when TrainErrors or DeadLetters is in alarm',
    ),
  removal: z
    .enum(['retain', 'destroy'])
    .default('retain')
    .describe('`destroy`: bucket, queues and logs are deleted with the stack, with all that is in them'),
  terminationProtection: z
    .boolean()
    .optional()
    .describe(
      'whether the stack refuses to be deleted; by default if `removal` is `retain` and there is a stage',
    ),
  tags: z
    .record(z.string().min(1).max(128), z.string().max(256))
    .default({})
    .describe('tags of all resources; with -c: `tags=team=ml,cost-center=42`'),
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/)
    .optional()
    .describe('a VPC for the functions (Atlas PrivateLink); needs the next two'),
  availabilityZones: names(/^[a-z0-9-]+$/).describe('the availability zones of the private subnets'),
  privateSubnetIds: names(/^subnet-[0-9a-f]+$/).describe('its private subnets, as many in each zone'),
  securityGroupId: z
    .string()
    .regex(/^sg-[0-9a-f]+$/)
    .optional()
    .describe('a security group for the functions instead of a new one'),
  endpointUrl: z
    .url()
    .optional()
    .describe('another S3, SQS and Secrets Manager than AWS’ own, for a local AWS'),
})
export type Settings = z.infer<typeof stageSettings>

/** Whether the functions send events. */
export const sendsEvents = ({ events, vpcId }: Settings) => events ?? vpcId === undefined

/** The settings file, tensorfleet.config.json: settings by stage. */
export const settingsFile = z.strictObject({
  $schema: z.string().optional(),
  stages: z.record(z.string().regex(/^[A-Za-z0-9-]{1,40}$/), z.record(z.string(), z.unknown())),
})
