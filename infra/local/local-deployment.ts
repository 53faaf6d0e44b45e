/** The stack in a local AWS: deployed by the real cdk, in zip form, with the registry's address in a secret. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'
import { runCommand } from './run-command.ts'

const root = join(import.meta.dirname, '..', '..')
const bin = join(root, 'node_modules', '.bin')

const outputs = z.object({
  JobQueueUrl: z.string(),
  DeadLetterQueueUrl: z.string(),
  ArtifactBucketName: z.string(),
  ApiUrl: z.url().optional(),
  TrainFunctionName: z.string(),
})
export type Outputs = z.infer<typeof outputs>

/** @param settings.folder where cdk's own files are kept. */
export function localDeployment(settings: {
  readonly endpoint: string
  readonly stack: string
  readonly folder: string
  /** Further settings of the stack. */
  readonly settings?: Readonly<Record<string, string>>
}) {
  const environment: Record<string, string | undefined> = {
    ...process.env,
    ...localCredentials,
    AWS_ENDPOINT_URL: settings.endpoint,
    // cdk starts the app by "node", which must be the project's.
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  }
  const assembly = join(settings.folder, 'cdk.out')
  const clients = { endpoint: settings.endpoint, region: 'us-east-1', credentials }

  let context: readonly string[] = []

  async function cdk(args: readonly string[], signal: AbortSignal): Promise<void> {
    const options = ['--output', assembly, '--ci', '--no-notices', '--no-version-reporting']
    await runCommand(join(bin, 'cdk'), [...args, ...options], { cwd: root, environment, signal })
  }

  return {
    environment,
    /** cdk's options for the settings of the stack that was deployed. */
    context: () => context,

    /** Bundles the functions. Returns what the build printed: a line for each function. */
    async build(signal: AbortSignal): Promise<string> {
      return runCommand('npm', ['run', '--silent', 'build'], { cwd: root, environment, signal })
    },

    async bootstrap(signal: AbortSignal): Promise<void> {
      // cdk runs the app here, too, which is not without settings.
      const anyMongo = contextOf({ mongoUrl: 'mongodb://127.0.0.1' })
      await cdk(['bootstrap', 'aws://000000000000/us-east-1', ...anyMongo], signal)
    },

    /** @param mongoUrl the registry, as the functions can reach it. */
    async deploy(mongoUrl: string, signal: AbortSignal): Promise<Outputs> {
      const mongoSecretArn = await putSecret(clients, `${settings.stack}-mongo`, mongoUrl)
      const file = join(settings.folder, 'outputs.json')
      context = contextOf({
        // A local deployment is for trying things out: nobody wants to wait.
        retrySeconds: '0',
        // The function that empties a bucket before it is destroyed looks for a tag that MiniStack does not put there.
        removal: 'retain',
        ...settings.settings,
        stack: settings.stack,
        packaging: 'zip',
        // The functions run on this machine.
        architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
        terminationProtection: 'false',
        mongoSecretArn,
      })
      await cdk(
        [...['deploy', settings.stack, '--require-approval', 'never', '--outputs-file', file], ...context],
        signal,
      )
      return outputs.parse(JSON.parse(await readFile(file, 'utf8'))[settings.stack])
    },

    /** Destroys the stack that was deployed, and all that is in it. */
    async destroy(signal: AbortSignal): Promise<void> {
      await cdk(['destroy', settings.stack, '--force', ...context], signal)
    },
  }
}

const contextOf = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])

/** Any credentials work in a local AWS; MiniStack and LocalStack both use this account number. */
export const localCredentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
}
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

type Clients = { endpoint: string; region: string; credentials: typeof credentials }

async function putSecret(clients: Clients, Name: string, SecretString: string): Promise<string> {
  const secrets = new SecretsManagerClient(clients)
  try {
    const { ARN } = await secrets
      .send(new CreateSecretCommand({ Name, SecretString }))
      .catch((error: unknown) => {
        if (!(error instanceof ResourceExistsException)) throw error
        return secrets.send(new PutSecretValueCommand({ SecretId: Name, SecretString }))
      })
    if (ARN === undefined) throw new Error('Secrets Manager made no secret.')
    return ARN
  } finally {
    secrets.destroy()
  }
}
