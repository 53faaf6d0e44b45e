/**
 * npm run deploy:local: the stack in the local AWS that AWS_ENDPOINT_URL names (LocalStack, MiniStack), in zip form, and
 * one job through it. Its registry is the MongoDB at MONGODB_URL, as functions in that AWS reach it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localCredentials, localDeployment } from './local-deployment.ts'
import { runCommand } from './run-command.ts'

const stack = process.env.TENSORFLEET_STACK || 'TensorFleet'
const { AWS_ENDPOINT_URL: endpoint, MONGODB_URL: mongoUrl } = process.env

if (endpoint === undefined || mongoUrl === undefined) {
  console.error(`deploy:local needs ${endpoint === undefined ? 'AWS_ENDPOINT_URL' : 'MONGODB_URL'}. For example:
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 MONGODB_URL=mongodb://host.docker.internal:27017 npm run deploy:local`)
  process.exit(2)
}

const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-deploy-'))
const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort())
const within = (seconds: number) => AbortSignal.any([AbortSignal.timeout(seconds * 1000), interrupt.signal])

try {
  const deployment = localDeployment({ endpoint, stack, folder })
  console.log('Bundling the functions.')
  process.stdout.write(await deployment.build(within(120)))
  console.log(`Bootstrapping ${endpoint}.`)
  await deployment.bootstrap(within(180))
  console.log(`Deploying ${stack}.`)
  const outputs = await deployment.deploy(mongoUrl, within(300))
  console.log('Training iris.')
  const environment = {
    ...process.env,
    ...localCredentials,
    JOB_QUEUE_URL: outputs.JobQueueUrl,
    ARTIFACT_BUCKET: outputs.ArtifactBucketName,
  }
  const train = ['cli/tensorfleet.js', 'train', 'iris', '--algorithm', 'random_forest']
  const root = join(import.meta.dirname, '..', '..')
  process.stdout.write(
    await runCommand(process.execPath, train, { cwd: root, environment, signal: within(120) }),
  )
  console.log(`\nQueue ${outputs.JobQueueUrl}\nBucket ${outputs.ArtifactBucketName}
To send jobs: AWS_ENDPOINT_URL=${endpoint} npx tensorfleet --stack ${stack} train …
To take it down: AWS_ENDPOINT_URL=${endpoint} npx cdk destroy ${stack} ${deployment.context().join(' ')}`)
} catch (error) {
  console.error(`deploy:local: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
