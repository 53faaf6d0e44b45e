import type { JobStatus } from './records.ts'

/** Where each phase begins in a whole job; the fit counts for most of it. */
const begins = {
  download: 0,
  prepare: 5,
  handed_over: 5,
  train: 10,
  paused: 10,
  evaluate: 90,
  store: 95,
} as const

/** How far a whole job is, 0 … 100, from its phase and the percent of that. */
export function overallPercent({ phase, percent }: Pick<JobStatus, 'phase' | 'percent'>): number {
  const share = phase === 'train' || phase === 'paused' ? 80 : 5
  return Math.round((begins[phase] + (share * percent) / 100) * 10) / 10
}
