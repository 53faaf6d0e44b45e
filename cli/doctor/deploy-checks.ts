/** Checks before a deploy: whether the account can take the stack of these settings. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { MongoClient } from 'mongodb'
import type { StageSettings } from '../../infra/read-settings.ts'
import { checkBucket, findIdentity, findingOfStatus, stackStatus } from './aws-checks.ts'
import { type Check, type Finding, isNamed, ok, problem, reason, warning } from './checks.ts'

/** Without credentials or a region only these are checked. */
export async function deployChecks(settings: StageSettings): Promise<Check[]> {
  const { stack, packaging, bucketName, datasetBuckets } = settings
  const { region, ...account } = await findIdentity()
  if (region === undefined) return [{ name: 'account', run: async () => account }]
  const checks: Check[] = [
    { name: 'account', run: async () => account },
    { name: 'bootstrap', run: checkBootstrap },
    { name: 'Lambda limits', run: () => checkLimits(settings) },
    { name: 'stack', run: () => checkStack(stack) },
    { name: 'MongoDB', run: () => checkMongo(settings, region) },
  ]
  if (packaging === 'image') checks.push({ name: 'Docker', run: checkDocker })
  if (bucketName !== undefined)
    checks.push({ name: 'bucket', run: () => checkBucket(bucketName, 'bucket to adopt') })
  for (const bucket of datasetBuckets)
    checks.push({ name: 'dataset bucket', run: () => checkBucket(bucket, 'dataset bucket') })
  return checks
}

/** The minimum version of CDK's bootstrap stack, as in cdk.out/manifest.json. */
const MIN_BOOTSTRAP = 6

async function checkBootstrap(): Promise<Finding> {
  const ssm = new SSMClient({})
  try {
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }),
    )
    const version = Number(Parameter?.Value)
    if (version >= MIN_BOOTSTRAP) return ok(`CDK’s bootstrap stack has version ${version}.`)
    return problem(
      `CDK’s bootstrap stack has version ${version}, and ${MIN_BOOTSTRAP} is needed: run \`npx cdk bootstrap\` again.`,
    )
  } catch (error) {
    if (!isNamed(error, 'ParameterNotFound')) throw error
    return problem('CDK has not been set up in this account and region: run `npx cdk bootstrap` once.')
  } finally {
    ssm.destroy()
  }
}

/** A new account's limits, which Lambda raises as it is used. */
const NEW_ACCOUNT = { concurrency: 10, memory: 3008 }
/** Concurrent invocations for register, sweep and seed. */
const OTHER_FUNCTIONS = 3

async function checkLimits({ concurrency, memory }: StageSettings): Promise<Finding> {
  const lambda = new LambdaClient({})
  try {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}))
    const limit = AccountLimit?.ConcurrentExecutions ?? NEW_ACCOUNT.concurrency
    const most = limit - OTHER_FUNCTIONS
    if (concurrency > most)
      return problem(
        `The account allows ${limit} concurrent invocations, and the setting concurrency is ${concurrency}: set it to at most ${most}, or ask for more in Service Quotas (Lambda, Concurrent executions).`,
      )
    if (memory > NEW_ACCOUNT.memory && limit <= NEW_ACCOUNT.concurrency)
      return warning(
        `The account has the limits of a new one (${limit} concurrent invocations), which may allow functions of ${NEW_ACCOUNT.memory} MB at most, and the setting memory is ${memory}: set it to ${NEW_ACCOUNT.memory}, or ask AWS Support for more.`,
      )
    return ok(`${limit} concurrent invocations, of which train takes ${concurrency} at most.`)
  } finally {
    lambda.destroy()
  }
}

async function checkStack(name: string): Promise<Finding> {
  const status = await stackStatus(name)
  return status === undefined ? ok(`The stack ${name} will be new.`) : findingOfStatus(name, status)
}

async function checkMongo(settings: StageSettings, region: string): Promise<Finding> {
  const { mongoSecretArn, mongoUrl, mongoTlsCaFile } = settings
  if (mongoSecretArn === undefined) return reachMongo(mongoUrl ?? '', mongoTlsCaFile)
  const secretRegion = mongoSecretArn.split(':')[3]
  if (secretRegion !== region)
    return problem(
      `The secret of mongoSecretArn is in ${secretRegion}, and the deploy goes to ${region}: replicate the secret, or deploy to ${secretRegion}.`,
    )
  const secrets = new SecretsManagerClient({})
  try {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: mongoSecretArn }))
    if (!/^mongodb(\+srv)?:\/\//.test(SecretString))
      return problem(
        'The secret of mongoSecretArn is not a connection string: its whole text must be mongodb://… or mongodb+srv://…, not JSON.',
      )
    return await reachMongo(SecretString, mongoTlsCaFile)
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error
    return problem(
      `There is no secret ${mongoSecretArn}: make it (docs/deploy.md, step 1), or correct the setting.`,
    )
  } finally {
    secrets.destroy()
  }
}

/** From here, which says something about the address and the password, but not about the functions' network. */
async function reachMongo(url: string, caFile: string | undefined): Promise<Finding> {
  if (caFile !== undefined) return ok('MongoDB is asked from the functions only, which have mongoTlsCaFile.')
  try {
    const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 5000, appName: 'tensorfleet' })
    await client.close()
    return ok('MongoDB can be reached from here.')
  } catch (error) {
    return warning(
      `MongoDB cannot be reached from here (${reason(error)}). If its network is private, that is as it should be; else check address, password and access list.`,
    )
  }
}

async function checkDocker(): Promise<Finding> {
  const remedy = 'start Docker, or deploy with -c packaging=zip (no Parquet, no engine tfjs)'
  try {
    const run = promisify(execFile)
    const { stdout } = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
      timeout: 10_000,
    })
    return ok(`Docker ${stdout.trim()} builds the image.`)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const why = isMissing ? 'Docker is not installed' : 'Docker does not answer'
    return problem(`${why}, and the packaging is image: ${remedy}.`)
  }
}
