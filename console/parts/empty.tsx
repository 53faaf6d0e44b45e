import type { ComponentChildren } from 'preact'
import { Refusal } from '../api.ts'

/** Says that there is nothing, and what to do. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}

export function ErrorNote({ error }: { error: Error | undefined }) {
  if (error === undefined) return null
  return (
    <p class="note bad" role="alert">
      {error.message}
      {error instanceof Refusal && error.status === 0 ? ' This page tries again by itself.' : ''}
    </p>
  )
}

export function Loading() {
  return (
    <p class="empty" aria-busy="true">
      Loading …
    </p>
  )
}

/** Tells those who use a screen reader. */
export function say(text: string): void {
  const said = document.getElementById('said')
  if (said !== null) said.textContent = text
}
