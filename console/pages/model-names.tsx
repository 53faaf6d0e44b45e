import { useState } from 'preact/hooks'
import { apiPath, send } from '../api.ts'
import { ErrorNote, say } from '../parts/empty.tsx'

/** Runs a change, then reads the model again; keeps what went wrong. */
function useChange(reload: () => void) {
  const [error, setError] = useState<Error>()
  const change = async (what: string, act: () => Promise<unknown>) => {
    try {
      await act()
      setError(undefined)
      say(what)
      reload()
      return true
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
      return false
    }
  }
  return { error, change }
}

export function Aliases({ id, aliases, reload }: { id: string; aliases: readonly string[]; reload(): void }) {
  const { error, change } = useChange(reload)
  const [name, setName] = useState('')
  const path = (alias: string) => `${apiPath('models', id, 'aliases')}/${encodeURIComponent(alias)}`
  return (
    <>
      <div>
        {aliases.map((alias) => (
          <span key={alias} class="tag alias">
            @{alias}
            <button
              type="button"
              aria-label={`Remove the alias ${alias}`}
              onClick={() => void change(`The alias ${alias} is removed.`, () => send('DELETE', path(alias)))}
            >
              ×
            </button>
          </span>
        ))}
      </div>
      <ErrorNote error={error} />
      <form
        class="inline"
        onSubmit={async (event) => {
          event.preventDefault()
          const alias = name.trim()
          if (await change(`The alias ${alias} points here.`, () => send('PUT', path(alias)))) setName('')
        }}
      >
        <label>
          <span>Alias that points at this version, such as champion</span>
          <input
            required
            value={name}
            pattern="[A-Za-z][\w.\-]{0,63}"
            title="Letters, digits, dot, _ and -, beginning with a letter"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Set the alias</button>
      </form>
    </>
  )
}

export function Tags({
  id,
  tags,
  reload,
}: {
  id: string
  tags: Readonly<Record<string, string>>
  reload(): void
}) {
  const { error, change } = useChange(reload)
  const [text, setText] = useState('')
  const patch = (body: { set?: Record<string, string>; remove?: string[] }) =>
    send('PATCH', `${apiPath('models', id)}/tags`, body)
  return (
    <>
      <div>
        {Object.entries(tags).map(([name, value]) => (
          <span key={name} class="tag">
            {value === '' ? name : `${name}=${value}`}
            <button
              type="button"
              aria-label={`Remove the tag ${name}`}
              onClick={() => void change(`The tag ${name} is removed.`, () => patch({ remove: [name] }))}
            >
              ×
            </button>
          </span>
        ))}
      </div>
      <ErrorNote error={error} />
      <form
        class="inline"
        onSubmit={async (event) => {
          event.preventDefault()
          const [name, ...value] = text.trim().split('=')
          if (await change(`The tag ${name} is set.`, () => patch({ set: { [name]: value.join('=') } })))
            setText('')
        }}
      >
        <label>
          <span>Tag, as key=value</span>
          <input
            required
            value={text}
            pattern="\w[\w\-]{0,127}(=.*)?"
            title="A key of letters, digits, _ and -, then = and a value"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Set the tag</button>
      </form>
    </>
  )
}
