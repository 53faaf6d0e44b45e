/** A trial of working together or alone takes at least so many ms and so many steps. */
const TRIAL = 3
const TRIAL_STEPS = 3
/** For so many ms the better of the two is then kept to. */
const KEEP = 500
/** The first trial comes after so many ms of working together: a thread that has just started is slow. */
const WARM_UP = 100

/**
 * Whether to work together or alone: tries both now and then and keeps to the faster, since where the machine
 * has other things to do, waiting for each other takes longer than the work. Medians, because a single step
 * can be held up by something else.
 */
export function findPace() {
  let mode: 'together' | 'alone' | 'faster' = 'faster'
  let isTogether = true
  let passed = KEEP - WARM_UP
  let times: number[] = []
  let together = 0
  return {
    isTogether: () => isTogether,
    stepTook(time: number): void {
      passed += time
      if (mode !== 'faster') times.push(time)
      if (mode === 'faster' ? passed < KEEP : passed < TRIAL || times.length < TRIAL_STEPS) return
      if (mode === 'together') {
        together = median(times)
        mode = 'alone'
        isTogether = false
      } else if (mode === 'alone') {
        isTogether = together < median(times)
        mode = 'faster'
      } else {
        mode = 'together'
        isTogether = true
      }
      passed = 0
      times = []
    },
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]
}
