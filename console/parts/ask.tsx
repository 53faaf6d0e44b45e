import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { ErrorNote } from './empty.tsx'

/** A button that asks before it does what cannot be undone, and shows what went wrong. */
export function AskButton({
  label,
  name = label,
  question,
  act,
  look = '',
}: {
  label: string
  /** For screen readers, where the label does not say of what. */
  name?: string
  question: ComponentChildren
  act(): Promise<unknown>
  look?: string
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [error, setError] = useState<Error>()
  const [isBusy, setIsBusy] = useState(false)
  const confirm = async () => {
    setIsBusy(true)
    try {
      await act()
      setError(undefined)
      dialog.current?.close()
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <>
      <button type="button" class={look} aria-label={name} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-label={name} onClose={() => setError(undefined)}>
        <p>{question}</p>
        <ErrorNote error={error} />
        <div class="actions">
          <button type="button" class="primary" disabled={isBusy} onClick={confirm}>
            {label}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Back
          </button>
        </div>
      </dialog>
    </>
  )
}
