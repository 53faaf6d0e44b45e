import { words } from '../format.ts'

const looks: Readonly<Record<string, { sign: string; look: string }>> = {
  completed: { sign: '✓', look: 'good' },
  failed: { sign: '✕', look: 'bad' },
  dead_lettered: { sign: '✕', look: 'bad' },
  running: { sign: '▸', look: 'busy' },
  retrying: { sign: '↻', look: 'warn' },
  paused: { sign: '‖', look: 'warn' },
  handed_over: { sign: '⇗', look: 'busy' },
  stale: { sign: '?', look: 'warn' },
  queued: { sign: '…', look: 'quiet' },
}

export function Status({ status, isCancelled = false }: { status: string; isCancelled?: boolean }) {
  const { sign, look } = isCancelled ? { sign: '–', look: 'quiet' } : (looks[status] ?? looks.queued)
  return (
    <span class={`status ${look}`}>
      <span aria-hidden="true">{sign}</span> {isCancelled ? 'cancelled' : words(status)}
    </span>
  )
}

export function Progress({ percent, label }: { percent: number; label: string }) {
  return (
    <span class="progress">
      <progress max={100} value={percent} aria-label={label} />
      <span class="figure">{Math.round(percent)} %</span>
    </span>
  )
}
