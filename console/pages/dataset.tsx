import type { DatasetPreview } from '../../shared/api/schemas.ts'
import { apiPath, useLoaded } from '../api.ts'
import { ErrorNote, Loading } from '../parts/empty.tsx'
import { ColumnTable, HeadTable } from '../parts/preview.tsx'
import { linkTo } from '../route.ts'
import { Warnings } from './job.tsx'

export function DatasetPage({ name }: { name: string }) {
  const { data, error } = useLoaded<DatasetPreview>(`${apiPath('datasets', name)}/preview?rows=20`)
  return (
    <>
      <div class="head">
        <h1>{name}</h1>
        <a class="button primary" href={linkTo(['new'], { dataset: name })}>
          Train on it
        </a>
      </div>
      {data === undefined && error === undefined && <Loading />}
      <ErrorNote error={error} />
      {data && (
        <>
          <Warnings warnings={data.warnings} />
          <section class="card">
            <h2>
              {data.columns.length} columns, {data.is_partial ? 'the first ' : ''}
              {data.rows} rows
            </h2>
            <ColumnTable preview={data} />
          </section>
          <section class="card">
            <h2>First rows</h2>
            <HeadTable preview={data} />
          </section>
        </>
      )}
    </>
  )
}
