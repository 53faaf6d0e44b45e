import { useState } from 'preact/hooks'

/** The cursors of the pages that were seen, the first page's being undefined. */
export type Pages = {
  readonly cursor: string | undefined
  readonly number: number
  older(next: string): void
  newer(): void
}

/** @param filter a change of it begins at the first page again. */
export function usePages(filter: string): Pages {
  const [state, setState] = useState<{ filter: string; cursors: readonly string[] }>({ filter, cursors: [] })
  const cursors = state.filter === filter ? state.cursors : []
  return {
    cursor: cursors.at(-1),
    number: cursors.length + 1,
    older: (next) => setState({ filter, cursors: [...cursors, next] }),
    newer: () => setState({ filter, cursors: cursors.slice(0, -1) }),
  }
}

export function Pager({ pages, next }: { pages: Pages; next: string | null }) {
  if (pages.number === 1 && next === null) return null
  return (
    <nav class="actions" aria-label="Pages">
      <button type="button" disabled={pages.number === 1} onClick={pages.newer}>
        Newer
      </button>
      <span>Page {pages.number}</span>
      <button type="button" disabled={next === null} onClick={() => next !== null && pages.older(next)}>
        Older
      </button>
    </nav>
  )
}
