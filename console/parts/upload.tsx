import { useState } from 'preact/hooks'
import type { Dataset } from '../../shared/api/schemas.ts'
import { apiPath, request } from '../api.ts'
import { bytes } from '../format.ts'
import { ErrorNote, say } from './empty.tsx'

/** A file's name as the API takes it for a dataset. */
function datasetNameOf(fileName: string): string {
  const name = fileName.replaceAll(/[^\w.-]+/g, '_').slice(-128)
  return /^[A-Za-z0-9]/.test(name) ? name : `data_${name}`.slice(0, 128)
}

/** A place to drop a file on or choose one, which is then stored as a dataset. */
export function Upload({ onStored }: { onStored(dataset: Dataset): void }) {
  const [isOver, setIsOver] = useState(false)
  const [busy, setBusy] = useState<string>()
  const [error, setError] = useState<Error>()
  const store = async (file: File | undefined) => {
    if (file === undefined) return
    setBusy(`Storing ${file.name} (${bytes(file.size)}) …`)
    setError(undefined)
    try {
      const stored = await request<Dataset>(apiPath('datasets', datasetNameOf(file.name)), {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: file,
      })
      say(`${stored.name} is stored.`)
      onStored(stored)
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
    } finally {
      setBusy(undefined)
    }
  }
  return (
    <>
      <label
        class={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setIsOver(true)
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setIsOver(false)
          void store(event.dataTransfer?.files[0])
        }}
      >
        <strong>{busy ?? 'Drop a file here, or choose one'}</strong>
        CSV, JSON lines, a JSON array or Parquet, also compressed. A dataset of the same name is replaced.
        <input
          class="unseen"
          type="file"
          disabled={busy !== undefined}
          onChange={(event) => void store(event.currentTarget.files?.[0])}
        />
      </label>
      <ErrorNote error={error} />
    </>
  )
}
