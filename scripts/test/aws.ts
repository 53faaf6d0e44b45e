/**
 * npm run test:aws: the stack as it is deployed, in a local AWS without Docker. cdk puts two stages up in MiniStack; a message in
 * the queue becomes a model in the registry, a message that always fails goes to the dead-letter queue and comes back
 * from there, two commits of one job race and one wins, a job goes on over twenty calls; cdk takes the stages down again. Needs
 * Python 3.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MongoClient } from 'mongodb'
import { localCredentials, localDeployment } from '../../infra/local/local-deployment.ts'
import { startMongo } from '../../local/mongo/server.ts'
import { checkBatch } from './deployed-batch.ts'
import { checkSearches } from './deployed-search.ts'
import {
  checkApi,
  checkDeadLetters,
  checkExactlyOnce,
  checkJobs,
  connectToStack,
  eventsReachARule,
} from './deployed-stack.ts'
import { installMinistack, startMinistack } from './servers/ministack.ts'
import { startWebhook, type Webhook } from './servers/webhook.ts'
import { step } from './steps.ts'
import {
  checkAlarms,
  checkContinuations,
  checkNothingLeft,
  checkStages,
  inventoryOf,
  tagForEmptying,
} from './two-stages.ts'

const stack = 'TensorFleetTest'
const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-aws-'))
const closers: (() => Promise<unknown> | unknown)[] = [() => rm(folder, { recursive: true, force: true })]

try {
  await step('MiniStack is in .venv-aws', 120, installMinistack)
  const webhook = await step('a webhook listens', 30, (signal) => startWebhook(folder, signal))
  closers.push(webhook.stop)
  const ministack = await step('MiniStack is up', 30, (signal) =>
    startMinistack(folder, signal, webhook.certificate),
  )
  closers.push(ministack.stop)
  const mongo = await startMongo()
  closers.push(mongo.close)
  try {
    await run(ministack.endpoint, mongo.url, webhook)
  } catch (error) {
    console.error((await readFile(ministack.logFile, 'utf8')).split('\n').slice(-60).join('\n'))
    throw error
  }
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  for (const close of closers.toReversed()) await close()
}

async function run(endpoint: string, mongoUrl: string, webhook: Webhook): Promise<void> {
  const [blue, green] = [stack, `${stack}Beside`].map((name) =>
    localDeployment({
      endpoint,
      stack: name,
      folder: join(folder, name),
      settings: { api: 'iam', mongoDb: name, alarmEmail: 'ops@example.com', removal: 'destroy' },
    }),
  )
  const sizes = await step('the functions are bundled', 120, blue.build)
  console.log(sizes.trim().replaceAll(/^/gm, '    '))
  await step('the account is bootstrapped', 60, blue.bootstrap)
  const before = await inventoryOf(endpoint)
  const outputs = await step('two stages are deployed side by side', 240, (signal) =>
    Promise.all([blue, green].map(({ deploy }) => deploy(mongoUrl, signal))),
  )
  const mongo = await MongoClient.connect(mongoUrl)
  closers.push(() => mongo.close())
  const [deployed, beside] = [stack, `${stack}Beside`].map((name, i) =>
    connectToStack(endpoint, mongo.db(name), outputs[i]),
  )
  closers.push(deployed.close, beside.close)
  await step(
    'the events of a job reach the targets of a rule: a queue, and a webhook with its key',
    60,
    (signal) => eventsReachARule(deployed, webhook, signal),
  )
  await checkJobs(deployed)
  await checkDeadLetters(deployed)
  await checkExactlyOnce(deployed)
  await checkSearches(deployed)
  await checkBatch(deployed)
  await checkStages([deployed, beside])
  await checkAlarms(endpoint, await inventoryOf(endpoint))
  await checkContinuations(deployed, beside)
  await step('the HTTP API answers at its own address', 60, () => checkApi(deployed))
  await step('the doctor finds no problem', 60, () => doctor(endpoint))
  await step('both stages are destroyed, and nothing of them is left', 180, async (signal) => {
    await Promise.all([deployed, beside].map(tagForEmptying))
    await Promise.all([blue, green].map(({ destroy }) => destroy(signal)))
    checkNothingLeft(before, await inventoryOf(endpoint))
  })
}

/** `tensorfleet doctor` on the stack, with the services of this AWS. Rejects if it finds a problem. */
async function doctor(endpoint: string): Promise<void> {
  const run = promisify(execFile)
  const env = { ...process.env, ...localCredentials, AWS_ENDPOINT_URL: endpoint }
  const found = await run(process.execPath, ['cli/tensorfleet.js', '--stack', stack, 'doctor'], { env })
  console.log(found.stdout.trimEnd().replaceAll(/^/gm, '    '))
}
