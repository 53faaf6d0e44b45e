import { Logger } from '@aws-lambda-powertools/logger'

/** Structured logs, one JSON object a line. LOG_LEVEL sets the least level that is written. */
export const logger = new Logger({ serviceName: 'tensorfleet' })

/** What code in shared/ needs of a logger. */
export type Log = {
  info(message: string, extra: Record<string, unknown>): void
  warn(message: string, extra: Record<string, unknown>): void
}
