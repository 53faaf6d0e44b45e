import { parseArgs } from 'node:util'

/** What a run is told by its command line. */
export type Options = {
  readonly jobs: number
  /** What is struck, when and by what follows from it. */
  readonly seed: number
  readonly concurrency: number
  /** Servers to use instead of the embedded ones. */
  readonly aws: string | undefined
  readonly mongo: string | undefined
  /** Of a MongoDB that is reached by TLS: paths of its certificate and key, in PEM. */
  readonly certificate: string | undefined
  readonly key: string | undefined
}

export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      concurrency: { type: 'string', default: '3' },
      aws: { type: 'string' },
      mongo: { type: 'string' },
      certificate: { type: 'string' },
      key: { type: 'string' },
    },
  })
  const { aws, mongo, certificate, key } = values
  const [jobs, seed, concurrency] = [values.jobs, values.seed, values.concurrency].map(Number)
  if (![jobs, seed, concurrency].every(Number.isSafeInteger))
    throw new Error('--jobs, --seed and --concurrency are whole numbers.')
  return { jobs, seed, concurrency, aws, mongo, certificate, key }
}
