import { setTimeout as sleep } from 'node:timers/promises'
import { findResult } from '../shared/job-store/commit.ts'
import { findStatus } from '../shared/job-store/status.ts'
import type { JobStatus } from '../shared/jobs/records.ts'
import type { JobResult } from '../shared/jobs/result.ts'
import type { Connection } from './connect.ts'

/** Waits until the job's result is there, with a progress line on a terminal's stderr. */
export async function waitForResult({ bucket }: Connection, jobId: string): Promise<JobResult> {
  const started = performance.now()
  const line = progressLine()
  for (let pause = 20; ; pause = Math.min(1000, pause * 1.3)) {
    const result = await findResult(bucket, jobId)
    if (result !== undefined) {
      line.end()
      return result
    }
    const seconds = (performance.now() - started) / 1000
    if (seconds > 2) {
      const status = await findStatus(bucket, jobId)
      line.show(status === undefined ? 'waiting for the worker' : describe(status), seconds)
    }
    await sleep(pause)
  }
}

function describe({ phase, percent, detail }: JobStatus): string {
  const details = Object.entries(detail ?? {}).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
  )
  return [phase, percent > 0 ? `${percent.toFixed(0)} %` : '', ...details]
    .filter((part) => part !== '')
    .join(', ')
}

function progressLine() {
  const terminal = process.stderr.isTTY
  let shown = ''
  return {
    show(text: string, seconds: number): void {
      if (terminal) process.stderr.write(`\r\u001b[K${text} (${seconds.toFixed(0)} s)`)
      else if (text !== shown) process.stderr.write(`${text}\n`)
      shown = text
    },
    end(): void {
      if (terminal && shown !== '') process.stderr.write('\r\u001b[K')
    },
  }
}
