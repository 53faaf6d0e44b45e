import { useEffect, useRef } from 'preact/hooks'
import { ComparePage } from './pages/compare.tsx'
import { DatasetPage } from './pages/dataset.tsx'
import { DatasetsPage } from './pages/datasets.tsx'
import { DeadLettersPage } from './pages/dead-letters.tsx'
import { HealthPage } from './pages/health.tsx'
import { JobPage } from './pages/job.tsx'
import { JobsPage } from './pages/jobs.tsx'
import { ModelPage } from './pages/model.tsx'
import { ModelsPage } from './pages/models.tsx'
import { NewJobPage } from './pages/new-job.tsx'
import { Empty } from './parts/empty.tsx'
import { linkTo, type Route, useRoute } from './route.ts'

const sections = [
  ['jobs', 'Jobs'],
  ['models', 'Models'],
  ['datasets', 'Datasets'],
  ['dead-letters', 'Dead letters'],
  ['health', 'Health'],
] as const

export function App() {
  const route = useRoute()
  const main = useRef<HTMLElement>(null)
  const address = route.path.join('/')
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${main.current?.querySelector('h1')?.textContent ?? 'Console'} · TensorFleet`
    if (!isFirst.current) main.current?.focus()
    isFirst.current = false
    scrollTo(0, 0)
  }, [address])
  const [section = 'jobs'] = route.path
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="top">
        <a class="brand" href={linkTo(['jobs'])}>
          <img src="/console/icon.svg" alt="" width="22" height="22" /> TensorFleet
        </a>
        <nav aria-label="Sections">
          {sections.map(([name, title]) => (
            <a
              key={name}
              href={linkTo([name])}
              aria-current={
                section === name || (name === 'models' && section === 'compare') ? 'page' : undefined
              }
            >
              {title}
            </a>
          ))}
        </nav>
        <a class="button primary" href={linkTo(['new'])}>
          New job
        </a>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Page key={address} route={route} />
      </main>
      <div id="said" class="unseen" role="status" />
    </>
  )
}

function Page({ route }: { route: Route }) {
  const [section = 'jobs', name] = route.path
  switch (section) {
    case 'jobs':
      return name === undefined ? <JobsPage query={route.query} /> : <JobPage id={name} />
    case 'new':
      return <NewJobPage from={route.query.get('from')} dataset={route.query.get('dataset')} />
    case 'models':
      return name === undefined ? <ModelsPage query={route.query} /> : <ModelPage id={name} />
    case 'compare':
      return <ComparePage ids={route.query.getAll('model')} />
    case 'datasets':
      return name === undefined ? <DatasetsPage /> : <DatasetPage name={name} />
    case 'dead-letters':
      return <DeadLettersPage />
    case 'health':
      return <HealthPage />
    default:
      return (
        <>
          <h1>No such page</h1>
          <Empty>
            This address leads nowhere. <a href={linkTo(['jobs'])}>Go to the jobs</a>.
          </Empty>
        </>
      )
  }
}
