import type { Dataset } from '../../shared/api/schemas.ts'
import { apiPath, send, useLoaded } from '../api.ts'
import { bytes, time } from '../format.ts'
import { AskButton } from '../parts/ask.tsx'
import { Empty, ErrorNote, Loading, say } from '../parts/empty.tsx'
import { Pager, usePages } from '../parts/pager.tsx'
import { Upload } from '../parts/upload.tsx'
import { goTo, linkTo } from '../route.ts'

export function DatasetsPage() {
  const pages = usePages('')
  const path = `/api/v1/datasets${linkTo([], { cursor: pages.cursor, limit: '50' }).slice(2)}`
  const { data, error, reload } = useLoaded<{ datasets: Dataset[]; next_cursor: string | null }>(path)
  return (
    <>
      <div class="head">
        <h1>Datasets</h1>
      </div>
      <Upload onStored={({ name }) => goTo(linkTo(['datasets', name]))} />
      <ErrorNote error={error} />
      {data === undefined ? (
        error === undefined && <Loading />
      ) : (
        <div class="card">
          {data.datasets.length === 0 ? (
            <Empty>No dataset yet: drop a file above.</Empty>
          ) : (
            <DatasetTable datasets={data.datasets} reload={reload} />
          )}
          <Pager pages={pages} next={data.next_cursor} />
        </div>
      )}
    </>
  )
}

function DatasetTable({ datasets, reload }: { datasets: readonly Dataset[]; reload(): void }) {
  return (
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Dataset</th>
            <th scope="col">About</th>
            <th scope="col">Size</th>
            <th scope="col">Stored</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {datasets.map(({ name, description, dataset_path, size_bytes, updated_at }) => (
            <tr key={name}>
              <th scope="row">
                <a class="name" href={linkTo(['datasets', name])}>
                  {name}
                </a>
              </th>
              <td>{description}</td>
              <td data-label="Size">{bytes(size_bytes)}</td>
              <td data-label="Stored">{time(updated_at)}</td>
              <td>
                <span class="actions">
                  <a href={linkTo(['new'], { dataset: dataset_path })} aria-label={`Train on ${name}`}>
                    Train
                  </a>
                  {size_bytes !== undefined && (
                    <AskButton
                      label="Delete"
                      name={`Delete ${name}`}
                      look="small danger"
                      question={`Delete the dataset ${name}? Models that were trained on it stay.`}
                      act={async () => {
                        await send('DELETE', apiPath('datasets', name))
                        say(`${name} is deleted.`)
                        reload()
                      }}
                    />
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
