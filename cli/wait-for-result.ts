import { setTimeout as sleep } from 'node:timers/promises'
import { jobStatus } from '../shared/jobs/records.ts'
import { type JobResult, jobResult } from '../shared/jobs/result.ts'
import { jobKeys } from '../shared/storage/keys.ts'
import type { Connection } from './connect.ts'

/** Waits until the job's result is there, with a progress line on a terminal's stderr. */
export async function waitForResult({ bucket }: Connection, jobId: string): Promise<JobResult> {
  const started = performance.now()
  const line = progressLine()
  for (let pause = 20; ; pause = Math.min(1000, pause * 1.3)) {
    const found = await bucket.getJson(jobKeys.result(jobId))
    if (found !== undefined) {
      line.end()
      return jobResult.parse(found)
    }
    const seconds = (performance.now() - started) / 1000
    if (seconds > 2) {
      const status = jobStatus.safeParse(await bucket.getJson(jobKeys.status(jobId)))
      line.show(status.success ? describe(status.data) : 'waiting for the worker', seconds)
    }
    await sleep(pause)
  }
}

function describe({
  phase,
  percent,
  detail,
}: {
  phase: string
  percent: number
  detail?: Record<string, number>
}): string {
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
