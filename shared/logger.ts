import { Logger } from '@aws-lambda-powertools/logger'

/** Structured logs, one JSON object a line. LOG_LEVEL sets the least level that is written. */
export const logger = new Logger({ serviceName: 'tensorfleet' })
