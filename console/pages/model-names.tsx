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

/** Names of a model, each with a button that removes it, and a form that sets one. */
function NamesForm({
  kind,
  names,
  input,
  reload,
  onRemove,
  onSet,
}: {
  kind: 'alias' | 'tag'
  names: readonly { readonly name: string; readonly shown: string }[]
  input: { readonly label: string; readonly pattern: string; readonly title: string }
  reload(): void
  onRemove(name: string): Promise<unknown>
  /** Takes what was typed; returns what to say afterwards, and what does it. */
  onSet(text: string): { readonly done: string; act(): Promise<unknown> }
}) {
  const { error, change } = useChange(reload)
  const [text, setText] = useState('')
  return (
    <>
      <div>
        {names.map(({ name, shown }) => (
          <span key={name} class={kind === 'alias' ? 'tag alias' : 'tag'}>
            {shown}
            <button
              type="button"
              aria-label={`Remove the ${kind} ${name}`}
              onClick={() => void change(`The ${kind} ${name} is removed.`, () => onRemove(name))}
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
          const { done, act } = onSet(text.trim())
          if (await change(done, act)) setText('')
        }}
      >
        <label>
          <span>{input.label}</span>
          <input
            required
            value={text}
            pattern={input.pattern}
            title={input.title}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Set the {kind}</button>
      </form>
    </>
  )
}

export function Aliases({ id, aliases, reload }: { id: string; aliases: readonly string[]; reload(): void }) {
  const path = (alias: string) => `${apiPath('models', id, 'aliases')}/${encodeURIComponent(alias)}`
  return (
    <NamesForm
      kind="alias"
      names={aliases.map((name) => ({ name, shown: `@${name}` }))}
      input={{
        label: 'Alias that points at this version, such as champion',
        pattern: String.raw`[A-Za-z][\w.\-]{0,63}`,
        title: 'Letters, digits, dot, _ and -, beginning with a letter',
      }}
      reload={reload}
      onRemove={(alias) => send('DELETE', path(alias))}
      onSet={(alias) => ({ done: `The alias ${alias} points here.`, act: () => send('PUT', path(alias)) })}
    />
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
  const patch = (body: { set?: Record<string, string>; remove?: string[] }) =>
    send('PATCH', `${apiPath('models', id)}/tags`, body)
  return (
    <NamesForm
      kind="tag"
      names={Object.entries(tags).map(([name, value]) => ({
        name,
        shown: value === '' ? name : `${name}=${value}`,
      }))}
      input={{
        label: 'Tag, as key=value',
        pattern: String.raw`\w[\w\-]{0,127}(=.*)?`,
        title: 'A key of letters, digits, _ and -, then = and a value',
      }}
      reload={reload}
      onRemove={(name) => patch({ remove: [name] })}
      onSet={(text) => {
        const [name, ...value] = text.split('=')
        return { done: `The tag ${name} is set.`, act: () => patch({ set: { [name]: value.join('=') } }) }
      }}
    />
  )
}
