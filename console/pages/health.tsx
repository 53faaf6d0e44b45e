import { useLoaded } from '../api.ts'
import { ErrorNote, Loading } from '../parts/empty.tsx'

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
      <p class="help">
        "tensorfleet registry verify" compares the registry with the bucket, hash by hash. Figures for
        Prometheus are at <a href="/metrics">/metrics</a> of "tensorfleet local".
      </p>
    </>
  )
}
