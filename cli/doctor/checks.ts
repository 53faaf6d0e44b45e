/** The form of the checks of `tensorfleet doctor`, and how they are run. */
import { setTimeout as sleep } from 'node:timers/promises'
import { explainDenied } from '../explain-denied.ts'

/** `problem`: the next command will fail. `warning`: it works, but perhaps not as intended. */
export type Finding = {
  readonly state: 'ok' | 'warning' | 'problem'
  /** One sentence: what was found and, unless it is ok, what to do. */
  readonly sentence: string
}

export type Check = {
  readonly name: string
  run(): Promise<Finding>
}

export type NamedFinding = Finding & { readonly check: string }

export const ok = (sentence: string): Finding => ({ state: 'ok', sentence })
export const warning = (sentence: string): Finding => ({ state: 'warning', sentence })
export const problem = (sentence: string): Finding => ({ state: 'problem', sentence })

const MAX_SECONDS = 30

/**
 * Runs all checks at the same time, each for 30 seconds at most. A check that throws is a problem: AWS' own words, or
 * the permission that lacks.
 */
export function runChecks(checks: readonly Check[]): Promise<NamedFinding[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => {
      const inTime = Promise.race([run(), noAnswer()])
      const finding = await inTime.catch((error: unknown) => problem(explainDenied(error) ?? reason(error)))
      return { check: name, ...finding }
    }),
  )
}

async function noAnswer(): Promise<Finding> {
  await sleep(MAX_SECONDS * 1000, undefined, { ref: false })
  return problem(`No answer within ${MAX_SECONDS} s: check the network, proxies and AWS_ENDPOINT_URL.`)
}

/** An error's message. Errors of the system, such as a refused connection, may have none but a code. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message !== '') return error.message
  return 'code' in error ? String(error.code) : error.name
}

/** Whether AWS answered with this error. */
export const isNamed = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name)
