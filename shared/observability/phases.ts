/** The steps of a job, in order: their names in the status, logs, metrics and traces. */
export const phases = ['accept', 'download', 'prepare', 'train', 'evaluate', 'store', 'commit'] as const
export type Phase = (typeof phases)[number]

/** A step that has succeeded or failed. */
export type EndedPhase = {
  readonly phase: Phase
  /** Unix time in milliseconds. */
  readonly began: number
  readonly seconds: number
  /** The error that it failed with. */
  readonly error?: unknown
}

export type PhaseClock = {
  /** Begins a step, and ends the one before it. */
  enter(phase: Phase): void
  /** Ends the current step, if there is one. */
  end(error?: unknown): void
}

/** Times the steps of one attempt at a job. `onEnter` is called when a step begins, `onEnd` when it has ended. */
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
