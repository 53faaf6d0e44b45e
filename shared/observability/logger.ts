import { Logger } from '@aws-lambda-powertools/logger'
import { redactSecrets } from './redact-secrets.ts'

/** Structured logs, one JSON object a line, without secrets. LOG_LEVEL sets the least level that is written. */
export const logger = new Logger({ serviceName: 'tensorfleet', jsonReplacerFn: redactSecrets })

/** What code in shared/ needs of a logger. */
export type Log = {
  info(message: string, extra: Record<string, unknown>): void
  warn(message: string, extra: Record<string, unknown>): void
  /** Has the values on every line from now on. */
  appendKeys(values: Record<string, unknown>): void
}
