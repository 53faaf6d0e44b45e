/** One job on the folder large/, in a process of its own: prints its figures, its seconds and its peak memory. */
import { randomUUID } from 'node:crypto'
import { awsClientSettings } from '../../local/aws-client-settings.ts'
import { readConfig } from '../../shared/runtime/config.ts'
import { memoryLimit } from '../../shared/runtime/memory-limit.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { trainJob } from '../../shared/training/train-job.ts'

const config = readConfig(process.env)
const store = connectObjectStore(awsClientSettings(config.AWS_ENDPOINT_URL ?? '', process.env))
const phases: Record<string, number> = {}
const started = performance.now()
const log = {
  info: (...of: unknown[]) => console.error(...of),
  warn: (...of: unknown[]) => console.error(...of),
  appendKeys: () => undefined,
}
const result = await trainJob(
  JSON.stringify({ job_id: randomUUID(), algorithm: process.argv[2], dataset_path: 'large/' }),
  {
    store,
    bucket: store.bucket(config.ARTIFACT_BUCKET),
    threads: config.TENSORFLEET_THREADS,
    memoryBytes: memoryLimit(config.TENSORFLEET_MEMORY_MB),
    maxTrainingSeconds: 86_400,
    attempt: 1,
    remainingMs: () => Number.POSITIVE_INFINITY,
    send: async () => undefined,
    log,
    onPhase({ phase, seconds }) {
      phases[phase] = (phases[phase] ?? 0) + seconds
      console.error(
        phase,
        seconds.toFixed(1),
        `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
      )
    },
  },
)
store.close()
if (result === 'continued' || result.status !== 'completed') throw new Error(JSON.stringify(result))
console.error(JSON.stringify(result.metrics), result.warnings)
const { accuracy } = JSON.parse(JSON.stringify(result.metrics))
console.log(
  JSON.stringify({
    accuracy,
    seconds: (performance.now() - started) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    phases,
  }),
)
