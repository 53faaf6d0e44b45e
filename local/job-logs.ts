/** What the functions logged of a job on this machine. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes at the end of each function's log that are searched. */
const MAX_BYTES = 4 * 2 ** 20
/** Lines shown of a job: the last ones. */
export const MAX_LINES = 500

/** Fields that every line has, or that are shown elsewhere. */
const OMITTED =
  /^(job_id|timestamp|level|message|service|cold_start|function_.*|sampling_rate|xray_trace_id|_aws)$/

/** The folder of the logs of a stack's functions. */
export const logsOf = (stackDirectory: string) => join(stackDirectory, 'logs')

/**
 * The log lines of a job, oldest first, each as `time level message name=value …`.
 *
 * @param directory of the stack's logs.
 */
export async function jobLogs(directory: string, jobId: string): Promise<string[]> {
  const texts = await Promise.all(
    ['train', 'batch', 'register'].map((name) => endOf(join(directory, `${name}.log`))),
  )
  const mark = `"job_id":${JSON.stringify(jobId)}`
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line.includes(mark)))
  return lines
    .flatMap((line) => formatted(line))
    .toSorted()
    .slice(-MAX_LINES)
}

async function endOf(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.min(size, MAX_BYTES))
    await file.read(bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/**
 * A line of a function's log as `time level message name=value …`; none for one that is no JSON, such as one that is
 * being written.
 */
export function formatted(line: string): string[] {
  try {
    const record: Record<string, unknown> = JSON.parse(line)
    const fields = Object.entries(record)
      .filter(([name]) => !OMITTED.test(name))
      .map(([name, value]) => `${name}=${textOf(value)}`)
    const { level = 'METRIC', message = '' } = record
    return [[timeOf(record), level, message, ...fields].filter(Boolean).join(' ')]
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Metrics in CloudWatch's format have milliseconds since 1970 instead of a time. */
function timeOf({ timestamp, _aws }: Record<string, unknown>): string {
  if (typeof timestamp === 'string') return timestamp
  const isMetric = typeof _aws === 'object' && _aws !== null && 'Timestamp' in _aws
  return isMetric ? new Date(Number(_aws.Timestamp)).toISOString() : ''
}
