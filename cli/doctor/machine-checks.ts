/** Checks of this machine: what the embedded stack needs. */
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { runningStack } from '../../local/stack-file.ts'
import { unknownVariables } from '../../shared/runtime/config.ts'
import { type Check, ok, problem, reason, warning } from './checks.ts'

const MIN_NODE = 24
const GIB = 2 ** 30

/** @param directory of the embedded stack's data. */
export function machineChecks(directory: string, environment: NodeJS.ProcessEnv): Check[] {
  return [
    { name: 'Node', run: checkNode },
    { name: 'data folder', run: () => checkFolder(directory) },
    { name: 'memory', run: checkMemory },
    { name: 'environment', run: () => checkEnvironment(environment) },
    { name: 'local stack', run: () => checkLocalStack(directory) },
  ]
}

async function checkNode() {
  const version = process.versions.node
  if (Number.parseInt(version, 10) >= MIN_NODE) return ok(`Node ${version}.`)
  return problem(`Node ${version} is too old to run TypeScript: \`npm ci\` installs Node ${MIN_NODE} here.`)
}

async function checkFolder(directory: string) {
  try {
    await mkdir(directory, { recursive: true })
    const probe = join(directory, `doctor-${process.pid}`)
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    return problem(
      `Nothing can be written to ${directory} (${reason(error)}): set TENSORFLEET_DIRECTORY to a folder that you own.`,
    )
  }
  const { bavail, bsize } = await statfs(directory)
  const free = `${((bavail * bsize) / GIB).toFixed(1)} GiB are free in ${directory}`
  return bavail * bsize >= GIB ? ok(`${free}.`) : warning(`${free}: datasets and models may not fit.`)
}

async function checkMemory() {
  const available = process.availableMemory?.() ?? freemem()
  const free = `${(available / GIB).toFixed(1)} GiB of memory are free`
  return available >= GIB ? ok(`${free}.`) : warning(`${free}: large jobs may be refused or killed.`)
}

async function checkEnvironment(environment: NodeJS.ProcessEnv) {
  const unknown = unknownVariables(environment)
  if (unknown.length > 0) return warning(unknown.join(' '))
  if (environment.JOB_QUEUE_URL) return ok(`Commands send jobs to ${environment.JOB_QUEUE_URL}.`)
  return ok('Commands run on this machine: neither --stack nor JOB_QUEUE_URL is set.')
}

async function checkLocalStack(directory: string) {
  const stack = await runningStack(directory, false)
  if (stack === undefined) return ok(`No stack runs in ${directory}: commands start one of their own.`)
  return ok(`A stack runs in ${directory} (process ${stack.pid}).`)
}
