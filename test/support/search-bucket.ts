/** A bucket of its own with a small dataset, jobs whose search fans out on it, and what the worker counts. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { startAws } from '../../local/aws.ts'
import { createResources } from '../../local/resources.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'

export async function searchBucket() {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  const aws = await startAws(directory)
  await createResources(aws.clients, 'bucket', 'jobs')
  const store = connectObjectStore(aws.clients)
  const bucket = store.bucket('bucket')
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${i % 7},${i % 11 < 5 ? 'low' : 'high'}`)
  await bucket.put('datasets/rows.csv', `a,b,y\n${rows.join('\n')}\n`)
  const outcomes: { job_id: string; status: string }[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    if (String(line).includes('worker_tasks_completed_total')) outcomes.push(JSON.parse(String(line)))
    return true
  })

  return {
    store,
    bucket,
    /** Two trials at a time. */
    job(trials: number, more: Readonly<Record<string, unknown>> = {}) {
      const max_depth = Array.from({ length: trials }, (_, k) => k + 1)
      const search = { parameters: { max_depth }, cv: 2, max_parallel: 2, ...more }
      const dataset_path = 's3://bucket/datasets/rows.csv'
      return { job_id: randomUUID(), algorithm: 'decision_tree', dataset_path, search }
    },
    /** One whose time is over with the first candidate: those after it are not tried, nor its two variants. */
    auto(more: Readonly<Record<string, unknown>> = {}) {
      const dataset_path = 's3://bucket/datasets/rows.csv'
      return {
        job_id: randomUUID(),
        algorithm: 'auto',
        dataset_path,
        cv: 2,
        auto: { time_budget_seconds: 0.001, ...more },
      }
    },
    /** How often the job's outcome was counted. */
    counted: (jobId: string) => outcomes.filter(({ job_id }) => job_id === jobId).length,
    /** The keys that there are of a job, but for its model. */
    async keysOf(jobId: string): Promise<string[]> {
      const { prefix, statuses, openSearch, trialCheckpoints } = jobKeys
      const prefixes = [prefix, statuses, openSearch, trialCheckpoints].map((of) => of(jobId))
      const keys = await Promise.all(
        prefixes.map((within) => Array.fromAsync(bucket.list(within), ({ key }) => key)),
      )
      return keys.flat()
    },
    async close(): Promise<void> {
      vi.restoreAllMocks()
      store.close()
      await aws.close()
      await rm(directory, { recursive: true })
    },
  }
}
