import { useState } from 'preact/hooks'
import { apiPath, send, useLoaded } from '../api.ts'
import { ErrorNote, Loading, say } from '../parts/empty.tsx'

type Part = { readonly status: 'healthy' | 'unhealthy'; readonly milliseconds: number }
type Health = {
  readonly status: 'healthy' | 'unhealthy'
  readonly version: string
  readonly bucket: Part
  readonly registry: Part
}

const parts = [
  ['bucket', 'Bucket', 'Files of models, results of jobs, datasets. Nothing is lost while it is well.'],
  [
    'registry',
    'Registry',
    'MongoDB. If it is lost, "tensorfleet registry rebuild" makes it again from the bucket.',
  ],
] as const

export function HealthPage() {
  const { data, error } = useLoaded<Health>('/api/v1/health', 5000)
  return (
    <>
      <div class="head">
        <h1>Health</h1>
        {data && <span class="quiet">TensorFleet {data.version}</span>}
      </div>
      <ErrorNote error={error} />
      {data === undefined && error === undefined && <Loading />}
      <div class="columns">
        {data &&
          parts.map(([name, title, about]) => (
            <section key={name} class="card">
              <h2>{title}</h2>
              <p class={data[name].status === 'healthy' ? 'good' : 'bad'}>
                <strong>{data[name].status === 'healthy' ? '✓ It answers' : '✕ It does not answer'}</strong>{' '}
                <span class="quiet">within {data[name].milliseconds} ms</span>
              </p>
              <p class="help">{about}</p>
            </section>
          ))}
      </div>
      <Verify />
      <p class="help">
        Figures for Prometheus are at <a href="/metrics">/metrics</a> of "tensorfleet local".
      </p>
    </>
  )
}

type Verified = {
  readonly models: number
  readonly jobs: number
  readonly aliases: number
  readonly findings: readonly { readonly about: string; readonly problem: string }[]
}

/** Compares registry and bucket where it is asked to: every stored file is read. */
function Verify() {
  const [verified, setVerified] = useState<Verified>()
  const [error, setError] = useState<Error>()
  const [isBusy, setIsBusy] = useState(false)
  const verify = async () => {
    setIsBusy(true)
    setError(undefined)
    try {
      const answer = await send<Verified>('POST', apiPath('registry', 'verify'))
      setVerified(answer)
      say(answer.findings.length === 0 ? 'All agrees.' : `${answer.findings.length} findings.`)
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <section class="card" aria-label="Verification">
      <div class="head">
        <h2>Registry and bucket</h2>
        <button type="button" disabled={isBusy} onClick={() => void verify()}>
          {isBusy ? 'Verifying …' : 'Verify'}
        </button>
      </div>
      <ErrorNote error={error} />
      {verified === undefined ? (
        <p class="help">
          Compares every document with its file, every file with its hash, every result with its documents.
          Nothing is changed.
        </p>
      ) : (
        <>
          <p class={verified.findings.length === 0 ? 'good' : 'bad'}>
            <strong>{verified.findings.length === 0 ? '✓ All agrees' : '✕ Not all agrees'}</strong>{' '}
            <span class="quiet">
              models {verified.models}, jobs {verified.jobs}, aliases {verified.aliases}
            </span>
          </p>
          <ul class="plain">
            {verified.findings.map(({ about, problem }) => (
              <li key={`${about} ${problem}`} class="break">
                <strong>{about}</strong>: {problem}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
