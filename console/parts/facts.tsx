import type { ComponentChildren } from 'preact'

/** Names and values, those without a value left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? breakable(value) : value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Long names break after an underscore or a slash, and not within a word. */
function breakable(text: string): ComponentChildren {
  return text.split(/(?<=[_/])/).flatMap((part, k) => (k === 0 ? [part] : [<wbr key={k} />, part]))
}
