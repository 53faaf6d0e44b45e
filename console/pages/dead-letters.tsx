import { useState } from 'preact/hooks'
import type { DeadLetter } from '../../shared/api/schemas.ts'
import { send, useLoaded } from '../api.ts'
import { time } from '../format.ts'
import { Code } from '../parts/code.tsx'
import { Empty, ErrorNote, Loading, say } from '../parts/empty.tsx'
import { linkTo } from '../route.ts'

export function DeadLettersPage() {
  const { data, error, reload } = useLoaded<{ dead_letters: DeadLetter[] }>('/api/v1/dead-letters')
  const [failure, setFailure] = useState<Error>()
  const [isBusy, setIsBusy] = useState(false)
  const [note, setNote] = useState('')
  const redrive = async (ids: readonly string[] | undefined) => {
    setIsBusy(true)
    setFailure(undefined)
    try {
      const { redriven } = await send<{ redriven: DeadLetter[] }>(
        'POST',
        '/api/v1/dead-letters/redrive',
        ids === undefined ? {} : { ids },
      )
      const what = `${redriven.length} ${redriven.length === 1 ? 'message is' : 'messages are'} in the jobs queue again.`
      setNote(what)
      say(what)
      reload()
    } catch (problem) {
      setFailure(problem instanceof Error ? problem : new Error(String(problem)))
    } finally {
      setIsBusy(false)
    }
  }
  const letters = data?.dead_letters
  return (
    <>
      <div class="head">
        <h1>Dead letters</h1>
        <span class="actions">
          <button type="button" onClick={reload}>
            Look again
          </button>
          {letters !== undefined && letters.length > 1 && (
            <button type="button" disabled={isBusy} onClick={() => void redrive(undefined)}>
              Send all {letters.length} again
            </button>
          )}
        </span>
      </div>
      <ErrorNote error={error ?? failure} />
      {note !== '' && (
        <p class="note good">
          {note} <a href={linkTo(['jobs'])}>Watch the jobs</a>
        </p>
      )}
      {letters === undefined
        ? error === undefined && <Loading />
        : letters.length === 0 && (
            <div class="card">
              <Empty>None. A message comes here when every attempt at its job has failed.</Empty>
            </div>
          )}
      {(letters ?? []).map((letter) => (
        <Letter
          key={letter.message_id}
          letter={letter}
          isBusy={isBusy}
          redrive={() => void redrive([letter.message_id])}
        />
      ))}
    </>
  )
}

function Letter({ letter, isBusy, redrive }: { letter: DeadLetter; isBusy: boolean; redrive(): void }) {
  const { job_id, attempts, reason, sent_at, body } = letter
  return (
    <section class="card" aria-label={`Dead letter of ${job_id}`}>
      <div class="head">
        <h2>
          <a class="mono break" href={linkTo(['jobs', job_id])}>
            {job_id}
          </a>
        </h2>
        <span class="quiet">
          {attempts} attempts, sent {time(sent_at)}
        </span>
        <button type="button" disabled={isBusy} aria-label={`Send again: ${job_id}`} onClick={redrive}>
          Send again
        </button>
      </div>
      <p class="note bad">{reason}</p>
      <details>
        <summary>Message</summary>
        <Code label="The message’s text" text={body} />
      </details>
    </section>
  )
}
