/** The steps of a job, in their order. Status, logs, metrics and traces call them by these names. */
export const phases = ['accept', 'download', 'prepare', 'train', 'evaluate', 'store', 'commit'] as const
export type Phase = (typeof phases)[number]

/** A step that is over, well or not. */
export type EndedPhase = {
  readonly phase: Phase
  /** When it began: Unix time in milliseconds. */
  readonly began: number
  readonly seconds: number
  /** The error that it ended with, if it did. */
  readonly error?: unknown
}

export type PhaseClock = {
  /** Begins a step, and so ends the one before it. */
  enter(phase: Phase): void
  /** Ends the step under way, if there is one. */
  end(error?: unknown): void
}

/** Times the steps of one attempt at a job: `onEnter` hears of each that begins, `onEnd` of each that is over. */
export function phaseClock(onEnter: (phase: Phase) => void, onEnd: (ended: EndedPhase) => void): PhaseClock {
  let current: { phase: Phase; began: number; started: number } | undefined

  function end(error?: unknown): void {
    if (current === undefined) return
    const { phase, began, started } = current
    current = undefined
    onEnd({ phase, began, seconds: (performance.now() - started) / 1000, error })
  }

  return {
    enter(phase) {
      end()
      current = { phase, began: Date.now(), started: performance.now() }
      onEnter(phase)
    },
    end,
  }
}
