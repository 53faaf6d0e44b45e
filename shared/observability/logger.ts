import { Logger } from '@aws-lambda-powertools/logger'
import { redactSecrets } from './redact-secrets.ts'

/** Structured logs, one JSON object a line, without secrets. LOG_LEVEL is the minimum level that is written. */
export const logger = new Logger({ serviceName: 'tensorfleet', jsonReplacerFn: redactSecrets })

/** The methods of a logger that shared/ uses. */
export type Log = {
  info(message: string, extra: Record<string, unknown>): void
  warn(message: string, extra: Record<string, unknown>): void
  /** Adds the values to every later line. */
  appendKeys(values: Record<string, unknown>): void
}
