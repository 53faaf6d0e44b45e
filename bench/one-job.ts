/** A whole worker process for one job: node bench/one-job.ts MESSAGE, with the settings of a running stack. */
import { readConfig } from '../shared/config.ts'
import { memoryLimit } from '../shared/memory.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { trainJob } from '../shared/train-job.ts'

const config = readConfig()
const store = connectObjectStore({ endpoint: config.AWS_ENDPOINT_URL })
const result = await trainJob(process.argv[2], {
  store,
  bucket: config.ARTIFACT_BUCKET,
  threads: config.TENSORFLEET_THREADS,
  memoryBytes: memoryLimit(),
  maxTrainingSeconds: 86_400,
  attempt: 1,
  remainingMs: () => 900_000,
  continueLater: async () => undefined,
  log: { info: () => undefined, warn: () => undefined, appendKeys: () => undefined },
})
process.stdout.write(`${JSON.stringify(result)}\n`)
store.close()
